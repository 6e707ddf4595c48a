"""The task of translation, from one sequence to another: an LSTM encoder and decoder with attention."""
