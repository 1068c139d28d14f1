import { REPORT_STYLE } from './report-style.js';

/**
 * One HTML file for people: no script, nothing that is loaded from elsewhere.
 *
 * @param title and @param subtitle are plain text; @param parts are HTML
 */
export function htmlPage(title: string, subtitle: string, parts: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<title>${escapeHtml(title)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
<p class="soft">${escapeHtml(subtitle)}</p>
${parts.join('\n')}
</body>
</html>
`;
}

export function section(heading: string, content: string): string {
  return `<h2>${escapeHtml(heading)}</h2>\n${content}`;
}

export function warning(sentence: string): string {
  return `<p class="warning">${escapeHtml(sentence)}</p>`;
}

export function list(sentences: readonly string[]): string {
  return `<ul>\n${sentences.map((sentence) => `<li>${escapeHtml(sentence)}</li>`).join('\n')}\n</ul>`;
}

export type KeyFigure = readonly [name: string, value: string, note: string];

/** The few figures that the report is read for. */
export function keyFigureList(entries: readonly KeyFigure[]): string {
  const items = entries.map(
    ([name, value, note]) =>
      `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}<small>${escapeHtml(note)}</small></dd></div>`,
  );
  return `<dl class="key">\n${items.join('\n')}\n</dl>`;
}

export function figure(svg: string, name: string, caption: string): string {
  return (
    `<figure><div role="img" aria-label="${escapeHtml(`${name}. ${caption}`)}">${svg}</div>` +
    `<figcaption><strong>${escapeHtml(name)}.</strong> ${escapeHtml(caption)}</figcaption></figure>`
  );
}

export function figures(parts: readonly string[]): string {
  return `<div class="charts">\n${parts.join('\n')}\n</div>`;
}

/** What was measured, on what, and with which command. */
export function factsTable(
  facts: readonly (readonly [name: string, value: string])[],
  commandLine: string,
): string {
  const rows = facts.map(
    ([name, value]) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  rows.push(`<tr><th scope="row">Command</th><td><code>${escapeHtml(commandLine)}</code></td></tr>`);
  return `<table class="facts"><tbody>\n${rows.join('\n')}\n</tbody></table>`;
}

/** A value, or a value with a note that stands below it where there is little room. */
type Cell = string | readonly [value: string, note: string];

export function table(
  explanation: string,
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
): string {
  const headCells = head.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join('');
  const bodyRows = rows.map(
    ([first = '', ...cells]) =>
      `<tr><th scope="row">${cellHtml(first)}</th>${cells.map((cell) => `<td>${cellHtml(cell)}</td>`).join('')}</tr>`,
  );
  return (
    `<p class="soft small">${escapeHtml(explanation)}</p>\n` +
    `<div class="scroll"><table><thead><tr>${headCells}</tr></thead>\n` +
    `<tbody>\n${bodyRows.join('\n')}\n</tbody></table></div>`
  );
}

function cellHtml(cell: Cell): string {
  if (typeof cell === 'string') return escapeHtml(cell);
  return `${escapeHtml(cell[0])} <small>${escapeHtml(cell[1])}</small>`;
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
