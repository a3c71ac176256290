/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the page looks: by day and night, on wide and narrow screens, on paper. */
#include "page-private.h"

/* Five classes of score, told apart by lightness as well as by hue. */
#define LIGHT                                                                                      \
    "--page:#f4f5f7;--card:#fff;--ink:#1b1f24;--dim:#5d6672;--line:#dde1e6;--faint:#eef0f3;"       \
    "--low:#1d5fd1;--hard:#7a3fb5;--alarm:#d1203f;--bound:#8a93a0;--s0:#a8122f;--s1:#c8500f;"      \
    "--s2:#96700a;--s3:#3d7f2f;--s4:#11695c"
#define DARK                                                                                       \
    "--page:#101317;--card:#191e24;--ink:#e6e9ed;--dim:#98a2ae;--line:#2c333b;--faint:#20262d;"    \
    "--low:#6ea8fe;--hard:#c79bff;--alarm:#ff6b81;--bound:#77828f;--s0:#ff7286;--s1:#ff9d5c;"      \
    "--s2:#e8c04e;--s3:#8fd07c;--s4:#5fd3c1"

static const char style[] =
    ":root{color-scheme:light dark;" LIGHT "}@media(prefers-color-scheme:dark){:root{" DARK "}}"
    "*{box-sizing:border-box}"
    "body{margin:0;background:var(--page);color:var(--ink);"
    "font:15px/1.5 system-ui,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}"
    "main{max-width:1240px;margin:0 auto;padding:28px 20px 60px}"
    "h1{font-size:28px;line-height:1.2;margin:0 0 6px;overflow-wrap:anywhere}"
    "h2{font-size:18px;margin:0 0 10px}p{margin:0 0 10px}.dim,small{color:var(--dim)}"
    "section{background:var(--card);border:1px solid var(--line);border-radius:10px;"
    "padding:18px 20px;margin:18px 0}"
    /* tiles */
    ".tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(132px,1fr));gap:12px;"
    "margin:18px 0}"
    ".tile{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:12px "
    "14px}"
    ".tile b{display:block;font-size:25px;font-weight:600;line-height:1.25;"
    "font-variant-numeric:tabular-nums}.tile span{display:block;color:var(--dim);font-size:12.5px}"
    /* histogram */
    ".hist svg{display:block;width:100%;height:110px;border-bottom:1px solid var(--line)}"
    "rect.s0{fill:var(--s0)}rect.s1{fill:var(--s1)}rect.s2{fill:var(--s2)}rect.s3{fill:var(--s3)}"
    "rect.s4{fill:var(--s4)}"
    ".hist .times span{flex:0 0 0;white-space:nowrap}.hist .times span:not(:first-child){"
    "display:flex;justify-content:center}.hist .times span:last-child{justify-content:flex-end}"
    ".times{display:flex;justify-content:space-between;color:var(--dim);font-size:12px;"
    "padding-top:4px;font-variant-numeric:tabular-nums}"
    /* table */
    ".bar{display:flex;flex-wrap:wrap;gap:10px;align-items:center;margin-bottom:10px}"
    ".bar h2{margin:0 auto 0 0}.bar input,.bar select{font:inherit;font-size:14px;padding:5px 9px;"
    "border:1px solid var(--line);border-radius:7px;background:var(--page);color:inherit}"
    ".bar input{width:min(280px,60vw)}html:not(.js) .bar>:not(h2){display:none}"
    ".scroll{overflow-x:auto}"
    "table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:14px}"
    "th,td{padding:6px 9px;text-align:right;white-space:nowrap;vertical-align:middle}"
    "th{color:var(--dim);font-weight:600;border-bottom:1px solid var(--line);font-size:13px}"
    "th:first-child,td:first-child,th:nth-child(2),.trouble td,.trouble th,.method td,.method "
    "th{text-align:left}"
    "th button{all:unset;cursor:pointer}th button:hover,th button:focus-visible{color:var(--ink);"
    "text-decoration:underline}html:not(.js) th button{cursor:auto;text-decoration:none}"
    "th[aria-sort=ascending] button::after{content:' ↑'}"
    "th[aria-sort=descending] button::after{content:' ↓'}"
    "#files>tbody{border-bottom:1px solid var(--line)}"
    ".js .r{cursor:pointer}.r:hover,.open .r{background:var(--faint)}"
    ".name{max-width:340px;overflow:hidden;text-overflow:ellipsis}"
    ".name a{color:inherit;font-weight:600;text-decoration:none}.name a:hover{text-decoration:"
    "underline}"
    ".name small{display:block;font-size:12px;overflow:hidden;text-overflow:ellipsis}"
    ".s{font-weight:600}.s0{color:var(--s0)}.s1{color:var(--s1)}.s2{color:var(--s2)}"
    ".s3{color:var(--s3)}.s4{color:var(--s4)}"
    /* charts: the row's and the large one share their paths, so what differs are variables, and
     * selectors are one class: others do not reach into <use> */
    ".l,.m,.h,.b,.dot{fill:none;vector-effect:non-scaling-stroke}"
    "svg.spark{display:block;width:150px;height:30px;background:var(--faint);border-radius:4px;"
    "--w:1.3px;--mean:none;--tick:none}"
    ".plot svg{display:block;width:100%;height:190px;overflow:visible;"
    "background:repeating-linear-gradient(to top,var(--line) 0 1px,transparent 1px 20%);"
    "--w:1.8px;--mean:inline;--tick:inline}"
    ".l{stroke:var(--low);stroke-width:var(--w);stroke-linejoin:round;stroke-linecap:round}"
    ".m{stroke:var(--low);stroke-width:1.2px;opacity:.45;display:var(--mean)}"
    ".h{stroke:var(--hard);stroke-width:1.6px;display:var(--tick)}"
    ".a{fill:var(--alarm);opacity:.2}.x{fill:var(--dim);opacity:.22}"
    ".b{stroke:var(--bound);stroke-width:1px;stroke-dasharray:5 4}"
    ".dot{stroke:var(--alarm);stroke-width:8px;stroke-linecap:round}.one{stroke-width:5px}.dot.dh{"
    "stroke:var(--hard)}"
    ".chart{display:grid;grid-template-columns:30px 1fr;gap:8px;margin:6px 0 12px}"
    ".scores{display:flex;flex-direction:column;justify-content:space-between;height:206px;"
    "margin-top:-8px;color:var(--dim);font-size:12px;line-height:16px;text-align:right}"
    ".plot{position:relative;min-width:0}.plot .at{position:absolute;top:0;height:190px;width:1px;"
    "background:var(--ink);opacity:.5;pointer-events:none}"
    ".plot .say{position:absolute;top:-6px;transform:translate(-50%,-100%);background:var(--ink);"
    "color:var(--card);font-size:12px;padding:1px 7px;border-radius:5px;pointer-events:none}"
    /* details */
    ".d{display:none}.open>.d,html:not(.js) :target>.d{display:table-row}"
    ".d>td{white-space:normal;text-align:left;padding:14px 12px 18px}"
    ".detail{position:sticky;left:12px;width:min(1134px,calc(100vw - 130px))}"
    ".warn{color:var(--s0);font-weight:600}.alarms span{display:inline-block;margin-left:10px;"
    "padding:0 8px;border-radius:5px;background:color-mix(in srgb,var(--alarm) 14%,transparent)}"
    ".pictures{display:flex;flex-wrap:wrap;gap:12px;margin:0 0 12px}figure{margin:0}"
    "figure "
    "img{display:block;height:124px;max-width:100%;border-radius:6px;background:var(--faint)}"
    "figcaption{font-size:12.5px;color:var(--dim);padding-top:3px}"
    "dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:8px "
    "16px;margin:0}"
    "dt{color:var(--dim);font-size:12.5px}dd{margin:0;font-weight:600}"
    ".trouble td,.method td{white-space:pre-line;overflow-wrap:anywhere}"
    ".trouble td:first-child{font-weight:600}"
    ".method th{border:0;width:190px;vertical-align:top}.method td{text-align:left}"
    ".method table{margin-bottom:14px}.method p{max-width:80ch}"
    "@media "
    "print{body{background:none}.bar>:not(h2){display:none}section,.tile{break-inside:avoid}}";

void audit_page_add_style(GString *out)
{
    g_string_append_printf(out, "<style>%s</style>", style);
}
