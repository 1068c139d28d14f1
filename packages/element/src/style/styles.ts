import { light } from './light.js';
import { panels } from './panels.js';
import { scene } from './scene.js';
import { theme } from './theme.js';

let sheet: CSSStyleSheet | undefined;

/** One sheet for all elements of a page; made when the first is, for it needs a document. */
export function styles(): CSSStyleSheet[] {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync([theme, panels, scene, light].join(''));
  }
  return [sheet];
}
