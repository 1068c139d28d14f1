import { MongoDatabase, objectIdsAfter, readObjectId } from './database.js';

/** One record of the earlier system's accounts. Only its id is known to be what it should be. */
export interface EarlierUser {
  /** 24 hex digits of the ObjectId. */
  readonly id: string;
  /** The ObjectId's own time, in UTC milliseconds and whole seconds. */
  readonly createdAt: number;
  readonly email: unknown;
  /** A bcrypt hash. */
  readonly password: unknown;
  /** The features of a face as numbers; empty or missing without one. */
  readonly faceVector: unknown;
}

const PAGE_SIZE = 500;

/** The MongoDB of the system that was in use before this one. It is read, and never written to. */
export class EarlierSystem {
  private constructor(private readonly db: MongoDatabase) {}

  /** @throws StorageUnavailable when it cannot be reached, or does not let us in */
  static async open(url: string): Promise<EarlierSystem> {
    return new EarlierSystem(await MongoDatabase.open(url, 'working'));
  }

  hasUsers(): Promise<boolean> {
    return this.db.hasCollection('User');
  }

  /** @returns how many records have an ObjectId as `_id`, and how many have something else */
  async countUsers(): Promise<{ usual: number; unusual: number }> {
    const usual = await this.db.run(() => this.#users().countDocuments(objectIdsAfter(null)));
    const all = await this.db.run(() => this.#users().countDocuments());
    return { usual, unusual: Math.max(0, all - usual) };
  }

  /** Those that have an ObjectId as `_id`, ascending; one page is in memory at a time. */
  async *users(): AsyncGenerator<EarlierUser> {
    for (let last: string | null = null; ;) {
      const page = await this.#page(last);
      yield* page;
      if (page.length < PAGE_SIZE) return;
      last = page.at(-1)!.id;
    }
  }

  #users(): ReturnType<MongoDatabase['foreignCollection']> {
    return this.db.foreignCollection('User');
  }

  async #page(after: string | null): Promise<EarlierUser[]> {
    const documents = await this.db.run(() =>
      this.#users()
        .find(objectIdsAfter(after), { projection: { email: 1, password: 1, fv: 1 } })
        .sort({ _id: 1 })
        .limit(PAGE_SIZE)
        .toArray(),
    );
    return documents.map((document: Record<string, unknown>) => {
      const { hex, createdAt } = readObjectId(document['_id'])!;
      return {
        id: hex,
        createdAt,
        email: document['email'],
        password: document['password'],
        faceVector: document['fv'],
      };
    });
  }

  countRevokedTokens(): Promise<number> {
    return this.db.run(() => this.db.foreignCollection('RevokedToken').countDocuments());
  }

  close(): Promise<void> {
    return this.db.close();
  }
}
