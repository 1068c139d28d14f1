import { beforeEach, describe, expect, it, vi } from 'vitest';

import { EngineUnavailable } from '../face/biometric-engine.js';
import { StorageUnavailable } from '../storage/port.js';
import { Readiness } from './readiness.js';

let now: number;
const storage = vi.fn<() => Promise<void>>();
const workers = vi.fn<() => Promise<void>>();
const logger = { info: vi.fn(), error: vi.fn() };
const onFailure = vi.fn();
let readiness: Readiness;
beforeEach(() => {
  vi.resetAllMocks();
  now = 1_000_000;
  storage.mockResolvedValue();
  workers.mockResolvedValue();
  readiness = new Readiness({
    checks: [
      { name: 'storage', run: storage, unavailable: StorageUnavailable },
      { name: 'workers', run: workers, unavailable: EngineUnavailable },
    ],
    logger,
    onFailure,
    now: () => now,
    patienceMs: 50,
  });
});

const later = () => (now += 1000);
const hang = () => new Promise<void>(() => undefined);

describe('a server is ready', () => {
  it('when each check passes, all of them asked at once', async () => {
    const started: string[] = [];
    storage.mockImplementation(async () => {
      started.push('storage');
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(started).toContain('workers');
    });
    workers.mockImplementation(() => {
      started.push('workers');
      return Promise.resolve();
    });
    expect(await readiness.check()).toEqual({ storage: 'ok', workers: 'ok' });
  });

  it('and looks once a second, however many ask', async () => {
    await Promise.all(Array.from({ length: 20 }, () => readiness.check()));
    now += 999;
    await readiness.check();
    expect(storage).toHaveBeenCalledTimes(1);
    now += 1;
    await readiness.check();
    expect(storage).toHaveBeenCalledTimes(2);
  });
});

describe('a server is not ready', () => {
  it('when one check fails, and says which', async () => {
    storage.mockRejectedValue(new StorageUnavailable('gone'));
    await expect(readiness.check()).rejects.toMatchObject({
      code: 'storage_unavailable',
      options: { checks: { storage: 'failed', workers: 'ok' }, retryAfterSeconds: 1 },
    });
    expect(await readiness.results()).toEqual({ storage: 'failed', workers: 'ok' });
    expect(onFailure.mock.calls).toEqual([['storage']]);
  });

  it('when a check gives no answer: nobody who asks is kept waiting', async () => {
    workers.mockImplementation(hang);
    await expect(readiness.check()).rejects.toMatchObject({
      code: 'face_service_unavailable',
      options: { checks: { storage: 'ok', workers: 'failed' } },
    });
  });

  it('when a check fails with what nobody expected, whose words are not passed on', async () => {
    storage.mockRejectedValue(new TypeError('mongodb://user:secret@host'));
    await expect(readiness.check()).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(JSON.stringify(logger.error.mock.calls)).not.toContain('secret');
  });

  it('and says so in the log when it turns, not each time that somebody asks', async () => {
    storage.mockRejectedValue(new StorageUnavailable('gone'));
    for (let i = 0; i < 3; i++) {
      await expect(readiness.check()).rejects.toThrow();
      later();
    }
    storage.mockResolvedValue();
    await readiness.check();
    later();
    await readiness.check();
    expect(logger.error.mock.calls).toEqual([
      [{ checks: { storage: 'failed', workers: 'ok' }, reason: 'gone' }, 'not ready'],
    ]);
    expect(logger.info).toHaveBeenCalledTimes(1);
  });

  it('from the moment in which it is told to stop, though all is well', async () => {
    await readiness.check();
    readiness.stop();
    await expect(readiness.check()).rejects.toMatchObject({ code: 'stopping' });
    expect(await readiness.results()).toEqual({ storage: 'ok', workers: 'ok' });
  });
});
