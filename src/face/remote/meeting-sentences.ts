/** What the operator is told where services and server do not come together. */

export const CALIBRATE = 'vultus calibrate --pairs <csv> --images <dir>';

export function nobody(failures: readonly string[]): string {
  return `No face recognition service answers:\n${indented(failures)}\nStart one, or correct FACE_API_URL.`;
}

export function missing(url: string): string {
  return `The face recognition service at ${url} does not answer; it is used as soon as it does.`;
}

export function modelsDiffer(services: readonly string[]): string {
  return (
    `The face recognition services do not have the same models:\n${indented(services)}\n` +
    'What one makes cannot be compared with what the other makes. Install the same models everywhere.'
  );
}

export function mixed(silent: readonly string[]): string {
  return (
    `Some face recognition services say which model they have, these do not:\n${indented(silent)}\n` +
    'Templates of different services cannot be compared. Name services of one kind in FACE_API_URL.'
  );
}

export function nameless(url: string): string {
  return (
    `The face recognition service at ${url} implements the published contract only and does not say which model it ` +
    'has. Set FACE_API_MODEL to a name for it, that of its calibration/<name>.json. There is none yet? Make it with: ' +
    `${CALIBRATE}, with FACE_API_URL, FACE_API_KEY and FACE_API_MODEL set.`
  );
}

export function withoutChecks(url: string): string {
  return (
    `The face recognition service at ${url} implements the published contract only, which knows no presentation ` +
    'attacks and no live sessions. Set LIVENESS=off if a photograph of the right face may pass; else use the service ' +
    'of this product (npm run start:face-service).'
  );
}

export function unencrypted(url: string): string {
  return (
    `Faces and the API key travel to ${url} unencrypted, over a network that may not be yours alone. Put https in ` +
    'front of the service.'
  );
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}
