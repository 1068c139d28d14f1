import Bowser from 'bowser';

const MAX_LENGTH = 60;

/** @returns what its owner calls the device, e.g. `Firefox on Linux`; null when its program does not say */
export function deviceLabelOf(userAgent: string | undefined): string | null {
  if (userAgent === undefined || userAgent.length > 1024) return null;
  const { browser, os } = Bowser.parse(userAgent || ' ');
  const label = [browser.name, os.name].filter(Boolean).join(' on ');
  // The parser passes on what it finds, and what it finds comes from the client.
  const printable = label.replaceAll(/[^\p{L}\p{N} ._-]/gu, '').slice(0, MAX_LENGTH);
  return printable === '' ? null : printable;
}
