/** What people have typed, for a terminal: nothing in it may move the cursor, change colours or hide the rest. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
}
