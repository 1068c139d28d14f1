import type { Config } from './config/config.js';
import type { DecisionThreshold } from './face/comparison.js';

const LIVENESS = {
  off: 'not checked: a photograph of the right face is accepted',
  passive: 'every picture is checked for photographs and screens; live sessions are offered',
  active: 'only a live session enrols or verifies a face',
} as const;

export function describeEngine({
  face: { workers },
  faceEngine,
}: Pick<Config, 'face' | 'faceEngine'>): string {
  if (faceEngine.kind === 'local') return `in ${workers} worker${workers === 1 ? '' : 's'}`;
  const { length } = faceEngine.urls;
  return `at ${length === 1 ? 'a face recognition service' : `${length} face recognition services`}`;
}

/** What a person who has just started the server wants to know. */
export function startUpMessage(server: {
  version: string;
  url: string;
  storage: string;
  /** Where pictures are looked at. */
  engine: string;
  modelId: string;
  threshold: DecisionThreshold;
  liveness: keyof typeof LIVENESS;
}): string {
  const { version, url, storage, engine, modelId, threshold, liveness } = server;
  return `
Vultus ${version} is ready at ${url}

  storage    ${storage}
  faces      ${modelId} ${engine}; at most ${threshold.falseMatchRate} of strangers match (cosine ${threshold.cosine})
  liveness   ${LIVENESS[liveness]}
  API        ${url}/docs

Try it:
  curl -s ${url}/user/auth/sign-up -H 'content-type: application/json' -d '{"email":"you@example.org","password":"correct horse battery"}'

Ctrl-C stops the server.
`;
}
