"""How the page of ``inspect`` looks: light and dark, narrow and wide, no script and nothing to load."""

from __future__ import annotations

MAX_VIEWS = 24
"""Numbers by which one text can be coloured."""

_CHOICE = "\n".join(
    f".heat input:nth-of-type({i + 1}):checked~.text>span{{--p:var(--p{i},0);--n:var(--n{i},0)}}"
    for i in range(MAX_VIEWS)
)

STYLE = f"""
:root{{color-scheme:light dark;--bg:#fcfcfa;--fg:#1d1d1b;--dim:#63625c;--line:#dad8d0;--panel:#f3f2ed;
--hot:236 138 32;--cold:64 132 226;--area:#2b7a78;--band:#2b7a7840;--full:.9}}
@media (prefers-color-scheme:dark){{:root{{--bg:#17181b;--fg:#ebebe8;--dim:#a3a29b;--line:#3a3b41;--panel:#202226;
--hot:186 88 8;--cold:34 92 178;--area:#5cbdb4;--band:#5cbdb438}}}}
*{{box-sizing:border-box}}
body{{margin:0;background:var(--bg);color:var(--fg);
font:1rem/1.5 system-ui,-apple-system,"Segoe UI","Noto Sans","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",
sans-serif}}
main{{max-width:64rem;margin:0 auto;padding:1.25rem clamp(.75rem,3vw,2rem) 3rem}}
h1{{font-size:1.5rem;line-height:1.2;margin:0 0 .25rem}}
h2{{font-size:1.2rem;margin:2.5rem 0 .5rem;padding-top:1rem;border-top:1px solid var(--line);overflow-wrap:anywhere}}
h3{{font-size:1.05rem;margin:1.75rem 0 .25rem}}
h4{{font-size:1rem;margin:1.25rem 0 .25rem;font-weight:600}}
p{{margin:.35rem 0;overflow-wrap:anywhere}}
.dim,figcaption,dd{{color:var(--dim)}}
.text{{font-size:1.2rem;line-height:1.9;white-space:pre-wrap;background:var(--panel);
padding:.6rem .8rem;border-radius:.5rem;margin:.5rem 0}}
.text>span{{--p:0;--n:0;border-radius:.2rem;padding:.12em 0;
-webkit-box-decoration-break:clone;box-decoration-break:clone;
background:linear-gradient(rgb(var(--hot)/calc(var(--p)*var(--full))) 0 0),
linear-gradient(rgb(var(--cold)/calc(var(--n)*var(--full))) 0 0)}}
.text>.mark{{font-size:.7em;color:var(--dim);padding:.1em .3em;margin:0 .15em;outline:1px solid var(--line)}}
.text>.unknown{{text-decoration:underline dotted}}
.text>i{{font-style:normal;color:var(--dim);opacity:.7}}
.heat{{position:relative}}.heat input{{position:absolute;opacity:0}}
.heat label{{display:inline-block;padding:.1rem .6rem;margin:.15rem .25rem .15rem 0;border:1px solid var(--line);
border-radius:1rem;cursor:pointer;font-size:.9rem;max-width:100%;overflow-wrap:anywhere}}
.heat input:checked+label{{background:var(--fg);color:var(--bg);border-color:var(--fg)}}
.heat input:focus-visible+label{{outline:2px solid rgb(var(--cold));outline-offset:2px}}
{_CHOICE}
figure{{margin:.75rem 0;display:grid;grid-template-columns:minmax(5.5rem,max-content) 1fr 3.2rem;gap:.3rem .6rem;
align-items:center}}
figure>b{{font-weight:500;font-size:.9rem;overflow-wrap:anywhere;max-width:9rem}}
figure>small{{font-size:.75rem;color:var(--dim);line-height:1.15;font-variant-numeric:tabular-nums}}
figure>svg{{width:100%;height:2.6rem;background:var(--panel);border-radius:.25rem;display:block}}
.area{{fill:var(--area);opacity:.8}}.band{{fill:var(--band)}}.zero{{stroke:var(--dim);stroke-width:1;opacity:.6}}
.axis{{display:grid;grid-auto-flow:column;grid-auto-columns:minmax(0,1fr);font-size:.72rem;color:var(--dim);grid-column:2}}
.axis>span{{writing-mode:vertical-rl;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;max-height:6rem;
justify-self:center}}
figcaption{{grid-column:1/-1;font-size:.85rem}}
.scroll{{overflow-x:auto;margin:.5rem 0}}
table{{border-collapse:collapse;font-size:.88rem;font-variant-numeric:tabular-nums}}
th,td{{padding:.15rem .6rem .15rem 0;text-align:right;white-space:nowrap;border-bottom:1px solid var(--line)}}
th:first-child,td:first-child{{text-align:left;position:sticky;left:0;background:var(--bg);max-width:14rem;
overflow:hidden;text-overflow:ellipsis}}
th{{font-weight:600;text-align:right}}
td small{{color:var(--dim)}}
summary{{cursor:pointer;color:var(--dim);margin:.5rem 0}}
dl{{display:grid;grid-template-columns:minmax(6rem,max-content) 1fr;gap:.2rem 1rem;font-size:.92rem}}
dt{{font-weight:600}}dd{{margin:0}}
footer{{margin-top:3rem;border-top:1px solid var(--line);padding-top:.5rem}}
@media (max-width:36rem){{.text{{font-size:1.05rem}}.axis{{display:none}}
figure{{grid-template-columns:1fr 3.2rem}}figure>b{{grid-column:1/-1;max-width:none;margin-bottom:-.3rem}}
dl{{grid-template-columns:1fr}}dd{{margin-bottom:.4rem}}}}
@media print{{body{{background:#fff}}.heat input,.heat label{{display:none}}
.heat input:checked+label{{display:inline-block}}*{{print-color-adjust:exact;-webkit-print-color-adjust:exact}}}}
"""
