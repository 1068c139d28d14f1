import type { DecisionThreshold } from './face/comparison.js';

const LIVENESS = {
  off: 'not checked: a photograph of the right face is accepted',
  passive: 'every picture is checked for photographs and screens; live sessions are offered',
  active: 'only a live session enrols or verifies a face',
} as const;

/** What a person who has just started the server wants to know. */
export function startUpMessage(server: {
  version: string;
  url: string;
  storage: string;
  workers: number;
  modelId: string;
  threshold: DecisionThreshold;
  liveness: keyof typeof LIVENESS;
}): string {
  const { version, url, storage, workers, modelId, threshold, liveness } = server;
  return `
Vultus ${version} is ready at ${url}

  storage    ${storage}
  faces      ${modelId} in ${workers} worker${workers === 1 ? '' : 's'}; at most ${threshold.falseMatchRate} of strangers match (cosine ${threshold.cosine})
  liveness   ${LIVENESS[liveness]}
  API        ${url}/docs

Try it:
  curl -s ${url}/user/auth/sign-up -H 'content-type: application/json' -d '{"email":"you@example.org","password":"correct horse battery"}'

Ctrl-C stops the server.
`;
}
