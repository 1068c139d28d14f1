/** Style sheet of the report: light and dark, from a phone to paper. */
export const REPORT_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1c2126; --soft: #59636e; --rule: #d5dae0; --panel: #f5f7f9;
  --genuine: #1f6fb5; --impostor: #c4561a; --warning: #fff3d6; --warning-edge: #d99a00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14181c; --ink: #e6e9ec; --soft: #a0aab4; --rule: #3a424b; --panel: #1c2228;
    --genuine: #6cb2f0; --impostor: #f2965a; --warning: #3a2f12; --warning-edge: #d99a00;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 68rem;
  background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
}
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .5rem; }
p { max-width: 44rem; margin: .5rem 0; }
.soft, figcaption { color: var(--soft); }
.small { font-size: .875rem; }
.warning { background: var(--warning); border-left: 4px solid var(--warning-edge); padding: .6rem .9rem; }
.key { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin: 1.25rem 0; }
.key div { background: var(--panel); border-radius: .5rem; padding: .75rem 1rem; }
.key dt { color: var(--soft); font-size: .875rem; }
.key dd { margin: 0; font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.key dd small { display: block; font-size: .8rem; font-weight: 400; color: var(--soft); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .35rem 1.25rem .35rem 0; border-bottom: 1px solid var(--rule); }
thead th { font-weight: 600; font-size: .875rem; vertical-align: bottom; }
tbody th { font-weight: 400; }
tbody th, td { white-space: nowrap; }
td small, th small { color: var(--soft); margin-left: .35rem; }
.facts td { white-space: normal; overflow-wrap: anywhere; }
.facts th { color: var(--soft); }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1.5rem; }
figure { margin: 0; }
figure svg { display: block; width: 100%; height: auto; }
figcaption { font-size: .875rem; margin-top: .25rem; }
code { font-size: .875rem; }
li { max-width: 44rem; margin: .3rem 0; }
@media (max-width: 36rem) {
  th, td { padding-right: .75rem; }
  thead th { font-size: .8rem; line-height: 1.25; }
  td small, th small { display: block; margin: 0; }
  .facts th { white-space: normal; }
}
@media print { body { max-width: none; } figure, table { break-inside: avoid; } }
`;
