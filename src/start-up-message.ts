import type { DecisionThreshold } from './face/comparison.js';

/** What a person who has just started the server wants to know. */
export function startUpMessage(server: {
  version: string;
  url: string;
  storage: string;
  workers: number;
  modelId: string;
  threshold: DecisionThreshold;
}): string {
  const { version, url, storage, workers, modelId, threshold } = server;
  return `
Vultus ${version} is ready at ${url}

  storage    ${storage}
  faces      ${modelId} in ${workers} worker${workers === 1 ? '' : 's'}; at most ${threshold.falseMatchRate} of strangers match (cosine ${threshold.cosine})
  liveness   not checked: a printed or replayed face is not refused yet
  API        ${url}/docs

Try it:
  curl -s ${url}/user/auth/sign-up -H 'content-type: application/json' -d '{"email":"you@example.org","password":"correct horse battery"}'

Ctrl-C stops the server.
`;
}
