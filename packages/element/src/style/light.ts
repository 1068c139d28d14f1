/** The colours are those of docs/live-protocol.md; nothing of the page, of a theme or of the system may change them. */
export const light = `
.light {
  position: fixed; inset: 0; inline-size: 100vw; block-size: 100vh; max-inline-size: none; max-block-size: none;
  margin: 0; padding: 0; border: 0; overflow: hidden; forced-color-adjust: none; color-scheme: only light;
  animation: none; transition: none;
}
@supports (height: 100dvh) { .light { block-size: 100dvh; } }
.light::backdrop { background: #000; }
.light[data-mode='full'][data-colour='red'] { background: #ff0000; }
.light[data-mode='full'][data-colour='yellow'] { background: #ffff00; }
.light[data-mode='full'][data-colour='green'] { background: #00ff00; }
.light[data-mode='full'][data-colour='cyan'] { background: #00ffff; }
.light[data-mode='full'][data-colour='blue'] { background: #0000ff; }
.light[data-mode='full'][data-colour='magenta'] { background: #ff00ff; }
.light[data-mode='low'][data-colour='red'] { background: #ff8080; }
.light[data-mode='low'][data-colour='yellow'] { background: #ffff80; }
.light[data-mode='low'][data-colour='green'] { background: #80ff80; }
.light[data-mode='low'][data-colour='cyan'] { background: #80ffff; }
.light[data-mode='low'][data-colour='blue'] { background: #8080ff; }
.light[data-mode='low'][data-colour='magenta'] { background: #ff80ff; }
/* Dark, for no black is readable on blue, and no white on yellow; narrow, for it gives no light. */
.rim {
  display: flex; align-items: center; justify-content: center; min-block-size: 2.75rem;
  padding-inline: max(2.75rem, env(safe-area-inset-left));
  padding-block-start: env(safe-area-inset-top);
  background: #000; color: #fff; font-weight: 600; text-align: center; line-height: 1.2;
}
.rim .quiet { position: absolute; inset-inline-end: 0; }
.rim .quiet:hover { background: #333; }
.rim :focus-visible { outline-color: #fff; outline-offset: -4px; }
`;
