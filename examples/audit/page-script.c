/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the page can do: sort, search, unfold, and say what the chart shows under the pointer.
 * Without a script it still shows everything, and a click on a name unfolds a file. */
#include "page-private.h"

static const char sorting[] =
    "const table=document.getElementById('files'),heads=[...table.querySelectorAll('th')];\n"
    "const rows=[...table.tBodies].map(b=>({b,flags:b.dataset.f,\n"
    "  name:b.querySelector('.name').title.toLowerCase(),\n"
    "  keys:b.dataset.k.split(' ').map(k=>k==='-'?NaN:+k)}));\n"
    "function order(i,up){\n"
    "  const less=(a,b)=>i<0?(a.name<b.name?-1:a.name>b.name?1:0):\n"
    "    isNaN(a.keys[i])||isNaN(b.keys[i])?0:a.keys[i]-b.keys[i];\n"
    "  const none=r=>i>=0&&isNaN(r.keys[i]);\n"
    "  rows.sort((a,b)=>none(a)-none(b)||(up?less(a,b):less(b,a)));\n"
    "  table.append(...rows.map(r=>r.b));\n"
    "}\n"
    "for(const head of heads){const button=head.querySelector('button');if(!button)continue;\n"
    "  button.addEventListener('click',()=>{\n"
    "    const i=+button.dataset.i,was=head.ariaSort;\n"
    "    const up=was==='none'?i<4:was==='descending';\n"
    "    for(const other of heads)if(other.ariaSort)other.ariaSort='none';\n"
    "    head.ariaSort=up?'ascending':'descending';order(i,up);});}\n";

static const char searching[] =
    "const query=document.getElementById('q'),show=document.getElementById('show'),\n"
    "  count=document.getElementById('n');\n"
    "function filter(){\n"
    "  const words=query.value.toLowerCase().split(/\\s+/).filter(Boolean);let n=0;\n"
    "  for(const r of rows){\n"
    "    const there=r.flags.includes(show.value)&&words.every(w=>r.name.includes(w));\n"
    "    r.b.hidden=!there;n+=there;}\n"
    "  count.textContent=n+' of '+rows.length;\n"
    "}\n"
    "query.addEventListener('input',filter);show.addEventListener('change',filter);filter();\n"
    "document.addEventListener('keydown',e=>{\n"
    "  if(e.key==='/'&&document.activeElement!==query){e.preventDefault();query.focus();}});\n";

static const char unfolding[] =
    "table.addEventListener('click',e=>{const row=e.target.closest('.r');if(!row)return;\n"
    "  if(e.target.closest('a'))e.preventDefault();row.parentNode.classList.toggle('open');});\n"
    "const start=location.hash&&document.getElementById(location.hash.slice(1));\n"
    "if(start&&start.tBodies===undefined&&table.contains(start))start.classList.add('open');\n";

/* A path is read back into points: M starts, l goes on by whole numbers. */
static const char pointing[] =
    "function points(path){const out=[];let x=0,y=0;\n"
    "  for(const [,c,a,b] of path.getAttribute('d').matchAll(/([Ml])(-?\\d+) (-?\\d+)/g)){\n"
    "    if(c==='M'){x=+a;y=+b;}else{x+=+a;y+=+b;}out.push([x,y]);}\n"
    "  return out;}\n"
    "for(const plot of document.querySelectorAll('.plot')){\n"
    "  const line=document.createElement('div'),say=document.createElement('div');let at=null;\n"
    "  line.className='at';say.className='say';line.hidden=say.hidden=true;plot.append(line,say);\n"
    "  plot.addEventListener('pointermove',e=>{\n"
    "    at=at||points(document.querySelector(plot.querySelector('use').getAttribute('href')+' "
    ".l'));\n"
    "    if(!at.length)return;\n"
    "    const box=plot.getBoundingClientRect(),x=1000*(e.clientX-box.left)/box.width;\n"
    "    const p=at.reduce((a,b)=>Math.abs(b[0]-x)<Math.abs(a[0]-x)?b:a);\n"
    "    line.style.left=say.style.left=p[0]/10+'%';line.hidden=say.hidden=false;\n"
    "    say.textContent='lowest '+((1000-p[1])/10).toFixed(1);});\n"
    "  plot.addEventListener('pointerleave',()=>{line.hidden=say.hidden=true;});}\n";

void audit_page_add_script(GString *out)
{
    g_string_append_printf(out,
                           "<script>(()=>{document.documentElement.className='js';\n%s%s%s%s})();"
                           "</script>\n",
                           sorting, searching, unfolding, pointing);
}
