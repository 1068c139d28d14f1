import type { RunningServer } from '../server.js';

export interface RouteParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'cookie';
  readonly required: boolean;
}

/** One call of the server, as its own document describes it. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its parameters in braces, as in the document. */
  readonly path: string;
  /** The kind of token that it needs. */
  readonly security: 'authorization' | 'verification' | 'ticket' | null;
  readonly bodyKind: 'json' | 'form' | null;
  /** Of the body: JSON Schema, as OpenAPI 3.0 has it. */
  readonly bodySchema: JsonSchema | null;
  readonly parameters: readonly RouteParameter[];
}

export interface JsonSchema {
  readonly type?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly [keyword: string]: unknown;
}

/** Every call that the server documents: one that is added tomorrow is attacked from its first day. */
export async function routesOf({ url }: Pick<RunningServer, 'url'>): Promise<Route[]> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as OpenApiDocument;
  const routes = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => routeOf(method, path, operation)),
  );
  if (routes.length < 30) throw new Error(`the document has ${routes.length} calls only`);
  return routes;
}

/** Whether the call may change something. */
export function changesState({ method }: Route): boolean {
  return method !== 'GET';
}

/** @param values of the path's parameters, each by its name; `id` of every parameter that is not named */
export function pathOf({ path }: Route, values: Readonly<Record<string, string>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name] ?? values['id'];
    if (value === undefined) throw new Error(`${path} needs ${name}`);
    return encodeURIComponent(value);
  });
}

/** `POST /user/auth/sign-in`: for the message of an expectation. */
export function nameOf({ method, path }: Route): string {
  return `${method} ${path}`;
}

function routeOf(method: string, path: string, operation: Operation): Route {
  const content = operation.requestBody?.content ?? {};
  const json = content['application/json'];
  const form = content['multipart/form-data'];
  return {
    method: method.toUpperCase() as Route['method'],
    path,
    security: (Object.keys(operation.security?.[0] ?? {})[0] ?? null) as Route['security'],
    bodyKind: json ? 'json' : form ? 'form' : null,
    bodySchema: (json ?? form)?.schema ?? null,
    parameters: (operation.parameters ?? []).map(({ name, in: place, required }) => ({
      name,
      in: place,
      required: required === true,
    })),
  };
}

interface Operation {
  readonly security?: readonly object[];
  readonly parameters?: readonly (Omit<RouteParameter, 'required'> & { readonly required?: boolean })[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
}

interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}
