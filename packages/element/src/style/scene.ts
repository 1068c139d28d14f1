/** The camera's picture, its ring, and the face that shows each movement. */
export const scene = `
.scene { display: flex; flex-direction: column; align-items: center; padding: 0.5rem 1rem 1.25rem; }
.bar { display: flex; align-items: center; inline-size: 100%; min-block-size: 2.75rem; }
.progress { flex: 1; text-align: center; margin-inline-end: 2.75rem; font-size: 0.875rem; color: var(--_muted); }
.ask {
  display: flex; align-items: center; justify-content: center; gap: 0.875rem;
  min-block-size: 5.5rem; inline-size: 100%;
}
.instruction {
  font-size: clamp(1.375rem, 6.4cqi, 1.75rem); line-height: 1.2; font-weight: 650; letter-spacing: -0.01em;
  text-align: center; text-wrap: balance;
}
.figure { display: none; inline-size: 5.5rem; block-size: 5.5rem; flex: none; overflow: visible; }
.figure[data-shown] { display: block; }
.figure[data-shown] + .instruction { text-align: start; }
.oval {
  position: relative; flex: none; aspect-ratio: 3 / 4; margin-block: 0.25rem 0.75rem;
  inline-size: min(78cqi, 19rem, max(10.5rem, (100dvh - 17rem) * 0.75));
}
.video {
  position: absolute; inset: 5%; inline-size: 90%; block-size: 90%; border-radius: 50%;
  object-fit: cover; transform: scaleX(-1); background: var(--_soft);
}
.ring { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; fill: none; overflow: visible; }
.ring ellipse { stroke: var(--_line); stroke-width: 6; transition: stroke 250ms; }
.ring [data-part='now'] { stroke: var(--_accent); stroke-width: 10; }
.ring [data-part='done'] { stroke: var(--_good); stroke-width: 10; }
.ring [data-part='whole'] { stroke-width: 6; }
.ring:has([data-part='whole']) { animation: breathe 2.4s ease-in-out infinite; transform-origin: center; }
.scene[data-hint='hold_still'] .ring:has([data-part='whole']) { animation: none; }
.scene[data-hint='hold_still'] .ring [data-part='whole'] { stroke: var(--_good); stroke-width: 10; }
.scene[data-movement]:not(.scene[data-movement='']) .ring [data-part='now'] { animation: glow 1.4s ease-in-out infinite; }
.scene[data-scene='movement'][data-hint='return_to_rest'] .ring [data-part='now'] { stroke: var(--_good); animation: none; }
.scene[data-scene='deciding'] .video { opacity: 0.55; }
.scene[data-scene='deciding'] .ring ellipse { stroke: var(--_accent); stroke-width: 10; animation: glow 1.2s ease-in-out infinite; }
.side {
  position: absolute; inset-block: 0; inline-size: 3rem; display: none; place-items: center; color: var(--_accent);
}
/* Left and right are those of the person and of the mirror, in every script. */
.side.left { left: -1.25rem; transform: scaleX(-1); }
.side.right { right: -1.25rem; }
.side .icon {
  inline-size: 2.5rem; block-size: 2.5rem; padding: 0.375rem; stroke-width: 3; border-radius: 50%;
  background: var(--_accent); color: var(--_on-accent); animation: nudge 1.2s ease-in-out infinite;
}
.scene[data-movement='turn_left'] .side.left, .scene[data-movement='turn_right'] .side.right { display: grid; }
.step-done {
  position: absolute; inset: 0; margin: auto; inline-size: 5rem; block-size: 5rem; border-radius: 50%; opacity: 0;
  display: grid; place-items: center; background: var(--_good); color: var(--_surface); pointer-events: none;
}
.step-done .icon { inline-size: 3rem; block-size: 3rem; stroke-width: 2.5; }
.below { display: flex; flex-direction: column; align-items: center; gap: 0.75rem; inline-size: 100%; }
.cameras {
  min-block-size: 2.75rem; max-inline-size: 100%; padding: 0.25rem 0.75rem; background: var(--_soft);
  border: 1px solid var(--_line); border-radius: calc(var(--_radius) * 0.5);
}
.figure { fill: none; stroke: currentColor; stroke-width: 3; stroke-linecap: round; stroke-linejoin: round; }
.figure .outline { fill: var(--_soft); }
.figure .eye, .figure .mouth { fill: currentColor; stroke: none; transform-box: fill-box; transform-origin: center; }
.figure .mouth { transform: scale(1, 0.16); }
.figure .head { transform-origin: 48px 48px; }
.figure .arrow { display: none; stroke: var(--_accent); stroke-width: 4; }
.figure :is(.head, .features, .eye, .mouth) { animation: 2s ease-in-out infinite; }
.scene[data-movement='turn_left'] .to-left, .scene[data-movement='turn_right'] .to-right, .scene[data-movement='nod'] .down { display: block; }
.scene[data-movement='turn_left'] .features { animation-name: turn-left; }
.scene[data-movement='turn_right'] .features { animation-name: turn-right; }
.scene[data-movement='open_mouth'] .mouth { animation-name: open; }
.scene[data-movement='blink'] .eye { animation-name: blink; }
.scene[data-movement='nod'] .features { animation-name: nod; }
.scene[data-movement='come_closer'] .head { animation-name: closer; }
@keyframes turn-left { 0%, 20%, 95% { transform: none; } 55%, 70% { transform: translateX(-13px); } }
@keyframes turn-right { 0%, 20%, 95% { transform: none; } 55%, 70% { transform: translateX(13px); } }
@keyframes open { 0%, 20%, 95% { transform: scale(1, 0.16); } 50%, 70% { transform: scale(1, 1.15); } }
@keyframes blink { 0%, 40%, 60% { transform: none; } 50% { transform: scale(1, 0.12); } }
@keyframes nod { 0%, 20%, 95% { transform: none; } 55%, 70% { transform: translateY(11px); } }
@keyframes closer { 0%, 15% { transform: scale(0.7); } 65%, 100% { transform: scale(1.12); } }
@keyframes breathe { 0%, 100% { transform: scale(1); } 50% { transform: scale(1.018); } }
@keyframes glow { 0%, 100% { opacity: 1; } 50% { opacity: 0.45; } }
@keyframes nudge { 0%, 100% { transform: translateX(0); } 50% { transform: translateX(6px); } }
@media (prefers-reduced-motion: reduce) {
  .ring, .ring ellipse, .side .icon, .figure :is(.head, .features, .eye, .mouth) { animation: none !important; transition: none; }
  .scene[data-movement='turn_left'] .features { transform: translateX(-13px); }
  .scene[data-movement='turn_right'] .features { transform: translateX(13px); }
  .scene[data-movement='open_mouth'] .mouth { transform: scale(1, 1.15); }
  .scene[data-movement='blink'] .eye { transform: scale(1, 0.12); }
  .scene[data-movement='nod'] .features { transform: translateY(11px); }
  .scene[data-movement='come_closer'] .head { transform: scale(1.12); }
}
@media (forced-colors: active) {
  .ring ellipse { stroke: GrayText; }
  .ring [data-part='now'] { stroke: Highlight; }
  .ring [data-part='done'] { stroke: CanvasText; }
}
`;
