import { type JsonSchema, type Route, pathOf } from './routes.js';

export interface Reply {
  readonly status: number;
  /** Of a problem; empty otherwise. */
  readonly code: string;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What an attacker may choose of a call; everything else is as an honest client would send it. */
export interface Attempt {
  readonly headers?: Readonly<Record<string, string>>;
  /** For the parameters of the path. */
  readonly ids?: Readonly<Record<string, string>>;
  /** In the place of a body made from the schema. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly picture?: Uint8Array;
}

const A_UUID = '6f1c1d52-3c5e-4b0e-9c2f-0f6f4f0c9a11';

/** Makes a call that would be executed if nothing but its credentials were wrong. */
export async function attempt(url: string, route: Route, given: Attempt = {}): Promise<Reply> {
  const body = given.body ?? (route.bodySchema ? valueOf(route.bodySchema) : undefined);
  const isJson = route.bodyKind === 'json';
  const response = await fetch(url + pathOf(route, { id: A_UUID, ...given.ids }), {
    method: route.method,
    headers: { ...(isJson ? { 'content-type': 'application/json' } : {}), ...given.headers },
    ...(isJson ? { body: JSON.stringify(body) } : {}),
    ...(route.bodyKind === 'form' ? { body: formOf(route, given.picture ?? new Uint8Array(64)) } : {}),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  const code = typeof answer['code'] === 'string' ? answer['code'] : '';
  return { status: response.status, code, headers: response.headers, body: answer };
}

export const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` });

/** A value that the schema accepts: its example, else the simplest one. */
function valueOf(schema: JsonSchema): unknown {
  if (schema['example'] !== undefined) return schema['example'];
  const [choice] = (schema['enum'] ?? []) as unknown[];
  if (choice !== undefined) return choice;
  if (schema.type === 'object') {
    const required = new Set(schema.required);
    const fields = Object.entries(schema.properties ?? {}).filter(([name]) => required.has(name));
    return Object.fromEntries(fields.map(([name, field]) => [name, valueOf(field)]));
  }
  if (schema.type === 'array') return [];
  if (schema.type === 'string') return 'AAAA';
  return schema.type === 'boolean' ? true : 1;
}

function formOf({ bodySchema }: Route, picture: Uint8Array): FormData {
  const form = new FormData();
  const isSample = bodySchema?.properties?.['file'] !== undefined;
  if (isSample) form.set('file', new Blob([Uint8Array.from(picture)], { type: 'image/jpeg' }), 'face.jpg');
  else form.append('message', '{"type":"start"}');
  return form;
}
