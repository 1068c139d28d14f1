/** Colours and measures. Pages set the `--vultus-…` properties; the rest follows. */
export const theme = `
:host {
  display: block;
  --_accent: var(--vultus-accent, #1f5fbf);
  --_on-accent: var(--vultus-on-accent, #ffffff);
  --_surface: var(--vultus-surface, #ffffff);
  --_text: var(--vultus-text, #16202c);
  --_muted: var(--vultus-muted, #526070);
  --_line: var(--vultus-line, #c9d1da);
  --_soft: var(--vultus-soft, #f1f4f8);
  --_good: var(--vultus-good, #19784a);
  --_bad: var(--vultus-bad, #a8321f);
  --_warn: var(--vultus-warn, #7a5200);
  --_warn-soft: var(--vultus-warn-soft, #fdf3dc);
  --_radius: var(--vultus-radius, 16px);
  --_font: var(--vultus-font, system-ui, sans-serif);
}
@supports (color: light-dark(#000, #fff)) {
  :host {
    --_accent: var(--vultus-accent, light-dark(#1f5fbf, #8fb8ff));
    --_on-accent: var(--vultus-on-accent, light-dark(#ffffff, #0b1a30));
    --_surface: var(--vultus-surface, light-dark(#ffffff, #151b23));
    --_text: var(--vultus-text, light-dark(#16202c, #eef2f6));
    --_muted: var(--vultus-muted, light-dark(#526070, #a3b0be));
    --_line: var(--vultus-line, light-dark(#c9d1da, #3b4653));
    --_soft: var(--vultus-soft, light-dark(#f1f4f8, #1e2630));
    --_good: var(--vultus-good, light-dark(#19784a, #6fd3a0));
    --_bad: var(--vultus-bad, light-dark(#a8321f, #ff9d8a));
    --_warn: var(--vultus-warn, light-dark(#7a5200, #f0c26b));
    --_warn-soft: var(--vultus-warn-soft, light-dark(#fdf3dc, #2e2616));
  }
}
:host([hidden]) { display: none; }
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
.check { font: 400 1rem/1.5 var(--_font); color: var(--_text); -webkit-text-size-adjust: 100%; }
.card {
  container-type: inline-size;
  max-inline-size: 30rem;
  margin-inline: auto;
  background: var(--_surface);
  border-radius: var(--_radius);
  overflow: clip;
}
h2, p, ul, fieldset, legend { margin: 0; padding: 0; border: 0; font: inherit; }
ul { list-style: none; }
.icon {
  inline-size: 1.5rem; block-size: 1.5rem; flex: none;
  fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round;
}
button, select, input, summary { font: inherit; color: inherit; }
button { cursor: pointer; }
.primary, .secondary {
  min-block-size: 3rem; padding: 0.5rem 1.25rem; border-radius: calc(var(--_radius) * 0.625);
  border: 1px solid transparent; font-weight: 600; inline-size: 100%;
}
.primary { background: var(--_accent); color: var(--_on-accent); }
.secondary { background: transparent; border-color: var(--_line); }
.quiet {
  display: inline-grid; place-items: center; min-inline-size: 2.75rem; min-block-size: 2.75rem;
  padding: 0; border: 0; border-radius: 50%; background: transparent; color: inherit;
}
@media (hover: hover) {
  .primary:hover { filter: brightness(1.08); }
  .secondary:hover, .quiet:hover { background: var(--_soft); }
}
:focus { outline: none; }
:focus-visible { outline: 3px solid var(--_accent); outline-offset: 2px; }
.title:focus-visible, .scene:focus-visible { outline: none; }
.announcer {
  position: absolute; inline-size: 1px; block-size: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap;
}
@media (prefers-contrast: more) {
  :host { --_muted: var(--_text); --_line: var(--_text); }
  .primary, .secondary { border-width: 2px; border-color: currentColor; }
}
@media (forced-colors: active) {
  .card, .primary { border: 1px solid ButtonText; }
}
`;
