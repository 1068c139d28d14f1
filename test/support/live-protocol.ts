import { Ajv, type ValidateFunction } from 'ajv';

interface Reference {
  readonly $ref: string;
}

export interface AsyncApiDocument {
  readonly channels: Record<string, { readonly address: string }>;
  readonly operations: Record<
    string,
    { readonly action: 'send' | 'receive'; readonly channel: Reference; readonly messages: Reference[] }
  >;
}

/** A message's definition, wherever a reference to it leads in the end. */
interface MessageDefinition {
  readonly name: string;
  readonly payload: object;
}

/** What the server says over one of its sockets, by the server's own AsyncAPI document. */
export class LiveProtocol {
  static readonly #documents = new Map<string, Promise<AsyncApiDocument>>();
  readonly #validators: Map<string, ValidateFunction>;

  /** @param action of the server: `send` for what it says, `receive` for what it takes */
  constructor(
    document: AsyncApiDocument,
    address: string,
    private readonly action: 'send' | 'receive' = 'send',
  ) {
    const ajv = new Ajv({ strict: false, formats: { binary: true } });
    this.#validators = new Map(
      messagesOf(document, address, action).map(({ name, payload }) => [name, ajv.compile(payload)]),
    );
  }

  static async of(url: string, address: string): Promise<LiveProtocol> {
    const document = LiveProtocol.#documents.get(url) ?? fetchDocument(url);
    LiveProtocol.#documents.set(url, document);
    return new LiveProtocol(await document, address);
  }

  get messageNames(): string[] {
    return [...this.#validators.keys()];
  }

  /** @returns the name of the one message that it is, or null */
  nameOf(message: unknown): string | null {
    const [name, ...others] = [...this.#validators].filter(([, fits]) => fits(message)).map(([name]) => name);
    return others.length === 0 ? (name ?? null) : null;
  }

  /** @returns null when it is exactly one of the documented messages */
  complaintAbout(message: unknown): string | null {
    return this.nameOf(message) === null ? `${this.action} ${JSON.stringify(message)}` : null;
  }
}

async function fetchDocument(url: string): Promise<AsyncApiDocument> {
  return (await (await fetch(`${url}/asyncapi.json`)).json()) as AsyncApiDocument;
}

function messagesOf(
  document: AsyncApiDocument,
  address: string,
  action: 'send' | 'receive',
): MessageDefinition[] {
  const [channel] = Object.entries(document.channels).find(([, found]) => found.address === address) ?? [];
  if (channel === undefined) throw new Error(`no channel has the address ${address}`);
  const operation = Object.values(document.operations).find(
    (found) => found.action === action && found.channel.$ref === `#/channels/${channel}`,
  );
  return (operation?.messages ?? []).map((reference) => resolve(document, reference) as MessageDefinition);
}

function resolve(document: object, { $ref }: Reference): unknown {
  let found: unknown = document;
  for (const part of $ref.slice(2).split('/')) found = (found as Record<string, unknown>)[part];
  return typeof found === 'object' && found !== null && '$ref' in found
    ? resolve(document, found as Reference)
    : found;
}
