"""L3: the command line. Options in, one task call, then render. The only place that prints or exits."""
