/** What is said in words: introduction, troubles, results. */
export const panels = `
.panel { display: flex; flex-direction: column; gap: 1.25rem; padding: 1.5rem; }
@container (min-width: 26rem) { .panel { padding: 2rem; } }
.title { font-size: 1.5rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.01em; text-wrap: balance; }
.text { color: var(--_muted); text-wrap: pretty; }
.buttons { display: flex; flex-direction: column; gap: 0.75rem; }
/* A phone shows how to begin without scrolling; what has to be read stands above. */
.introduction .buttons {
  position: sticky; inset-block-end: 0; flex-direction: row; padding-block: 0.75rem; margin-block: -0.5rem;
  background: var(--_surface); box-shadow: 0 -1rem 1rem var(--_surface);
}
.introduction .secondary { inline-size: auto; }
.buttons:empty { display: none; }
.steps { display: grid; gap: 0.75rem; }
.steps li { display: flex; gap: 0.875rem; align-items: center; }
.steps .icon { color: var(--_accent); }
.privacy { display: flex; gap: 0.5rem; font-size: 0.875rem; line-height: 1.4; color: var(--_muted); }
.privacy .icon { inline-size: 1.125rem; block-size: 1.125rem; margin-block-start: 0.05rem; }
.warning {
  font-size: 0.875rem; line-height: 1.45; color: var(--_warn); background: var(--_warn-soft);
  padding: 0.625rem 0.75rem; border-radius: calc(var(--_radius) * 0.5);
}
legend { font-weight: 600; margin-block-end: 0.5rem; }
.light-choice .warning { margin-block-end: 0.25rem; }
.option, .ability {
  display: flex; gap: 0.75rem; align-items: center; min-block-size: 2.75rem; padding-block: 0.25rem; cursor: pointer;
}
.option-name { font-weight: 600; }
.option-about { color: var(--_muted); }
input { accent-color: var(--_accent); inline-size: 1.25rem; block-size: 1.25rem; margin: 0; flex: none; }
details { border-block: 1px solid var(--_line); }
summary { min-block-size: 2.75rem; display: flex; align-items: center; gap: 0.5rem; cursor: pointer; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary::after {
  content: ''; inline-size: 0.5rem; block-size: 0.5rem; margin-inline-start: auto; margin-inline-end: 0.25rem;
  border: solid currentColor; border-width: 0 2px 2px 0; transform: translateY(-2px) rotate(45deg);
}
[open] > summary::after { transform: translateY(2px) rotate(225deg); }
.abilities { padding-block-end: 0.75rem; }
.complaint { color: var(--_bad); font-weight: 600; }
.complaint:empty { display: none; }
.message { align-items: center; text-align: center; padding-block: 2.5rem 2rem; }
.message .buttons { inline-size: 100%; margin-block-start: 0.5rem; }
.emblem {
  display: grid; place-items: center; inline-size: 4.5rem; block-size: 4.5rem; border-radius: 50%;
  background: var(--_soft); color: var(--_accent);
}
.emblem .icon { inline-size: 2.25rem; block-size: 2.25rem; }
[data-tone='good'] .emblem { background: var(--_good); color: var(--_surface); }
[data-tone='bad'] .emblem { color: var(--_bad); }
.tips { display: grid; gap: 0.5rem; text-align: start; inline-size: 100%; font-size: 0.9375rem; }
.tips li { padding-inline-start: 1rem; border-inline-start: 3px solid var(--_line); }
.note { font-size: 0.8125rem; color: var(--_muted); overflow-wrap: anywhere; }
[data-tone='good'] .emblem path { stroke-dasharray: 24; animation: draw 450ms ease-out both; }
@keyframes draw { from { stroke-dashoffset: 24; } to { stroke-dashoffset: 0; } }
@media (prefers-reduced-motion: reduce) { [data-tone='good'] .emblem path { animation: none; } }
`;
