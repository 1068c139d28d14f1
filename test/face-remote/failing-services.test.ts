import { type Mock, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { EngineUnavailable } from '../../src/face/biometric-engine.js';
import type { EngineReport } from '../../src/face/engine-report.js';
import { FaceServiceError } from '../../src/face/remote/face-service-error.js';
import { type ServiceSettings, meetServices } from '../../src/face/remote/service-meeting.js';
import {
  KEY,
  MODEL,
  type ScriptedService,
  captured,
  json,
  noFaceInFrame,
  problem,
  startScriptedService,
} from '../support/scripted-service.js';

const SAMPLE = new Uint8Array(300_000).fill(7);
const CHECKS = { presentation: true, live: true };
const PATIENT = { doubtMs: 5000, callMs: 5000, restMs: 100, recheckMs: 50, mendMs: 500 };

/** What services do that fail, and what becomes of the pictures that were given to them. */
describe('a server before face recognition services', () => {
  let bad: ScriptedService;
  let good: ScriptedService;
  let log: Record<'info' | 'warn', Mock<(sentence: string) => void>>;
  let reports: EngineReport[];
  const open: { close(): Promise<void> }[] = [];

  const meet = async (settings: Partial<ServiceSettings> = {}) => {
    const met = await meetServices({
      urls: [bad.url, good.url],
      key: KEY,
      model: null,
      checks: CHECKS,
      limits: { maxBytes: 1e7, maxPixels: 25e6 },
      log,
      onReport: (report) => reports.push(report),
      timing: PATIENT,
      patienceMs: 0,
      ...settings,
    });
    open.push(met.engine);
    return met;
  };
  const engineOf = async (settings: Partial<ServiceSettings> = {}) => (await meet(settings)).engine;
  const warnings = () => log.warn.mock.calls.map(([sentence]) => sentence);

  beforeEach(async () => {
    [bad, good] = await Promise.all([startScriptedService(), startScriptedService()]);
    log = { info: vi.fn(), warn: vi.fn() };
    reports = [];
  });
  afterEach(async () => {
    await Promise.all([bad.stop(), good.stop()]);
    await Promise.all(open.splice(0).map((engine) => engine.close()));
  });

  describe('loses no picture that another service can look at', () => {
    it.each<[string, ScriptedService['answer']]>([
      ['answers 500', problem('internal_error', 500)],
      ['answers 503 without saying when to come back, as a proxy does', json({}, 503)],
      ['answers what is no JSON', (_, response) => response.end('<html>')],
      ['answers JSON of another kind', json({ hello: 'world' })],
      [
        'answers a template that is none',
        json({ ...captured(), outcome: { outcome: 'captured', template: 1 } }),
      ],
      [
        'closes the connection in the middle of its answer',
        (_, response) => {
          response.writeHead(200, { 'content-length': '5000' });
          response.write('{"model_id":');
          setTimeout(() => response.destroy(), 20);
        },
      ],
      ['closes the connection without an answer', (request) => request.socket.destroy()],
      ['answers ten megabytes', (_, response) => response.end('"'.padEnd(10_000_000, 'x'))],
      ['hangs before its answer', () => undefined],
      ['hangs within its answer', (_, response) => response.write('{')],
      ['does not speak HTTP', (request) => request.socket.end('hello\r\n\r\n')],
      ['answers with another model', json(captured('other@0123456789ab'))],
      ['has not looked for presentation attacks', json(captured(MODEL.model_id, 'not_checked'))],
      ['does not take the key any more', problem('unauthorized', 401)],
    ])('from one that %s', async (_, answer) => {
      const engine = await engineOf({ timing: { ...PATIENT, callMs: 150 } });
      bad.answer = answer;
      for (let i = 0; i < 4; i++) {
        expect(await engine.capture(SAMPLE, 'verification')).toMatchObject({ outcome: 'captured' });
      }
      expect(bad.calls).toContain('/capture');
      // One sentence, however many pictures met it.
      expect(warnings().length).toBeLessThanOrEqual(1);
      expect(warnings().join()).not.toContain(KEY);
      expect(reports.map(({ outcome }) => outcome)).toEqual(Array(4).fill('captured'));
    });

    it('from one that is gone, which is used again when it is back', async () => {
      const engine = await engineOf();
      await bad.stop();
      for (let i = 0; i < 8; i++) {
        expect(await engine.capture(SAMPLE, 'verification')).toMatchObject({ outcome: 'captured' });
      }
      expect(warnings()).toEqual([
        expect.stringMatching(/gets no pictures any more, for it cannot be reached/),
      ]);
      await bad.restart();
      await vi.waitFor(() => {
        expect(log.info).toHaveBeenCalledWith(expect.stringMatching(/is used again/));
      }, 5000);
      bad.calls.length = 0;
      await Promise.all(Array.from({ length: 4 }, () => engine.capture(SAMPLE, 'verification')));
      expect(bad.calls.filter((path) => path === '/capture')).toHaveLength(2);
    });
  });

  it('asks the same one again, where there is no other, after a connection that had been idle too long', async () => {
    const engine = await engineOf({ urls: [bad.url] });
    let cut = true;
    bad.answer = (request, response, body) => {
      if (cut) request.socket.destroy();
      else json(captured())(request, response, body);
      cut = false;
    };
    expect(await engine.capture(SAMPLE, 'verification')).toMatchObject({ outcome: 'captured' });
  });

  it('gives one up early that is frozen, and waits for one that has much to do', async () => {
    const engine = await engineOf({ timing: { ...PATIENT, doubtMs: 200 } });
    // It answers each picture after a second, but any question at once.
    const slow: ScriptedService['answer'] = (request, response, body) => {
      setTimeout(() => {
        json(captured())(request, response, body);
      }, 1000);
    };
    bad.answer = good.answer = slow;
    const pictures = await Promise.all(
      Array.from({ length: 6 }, () => engine.capture(SAMPLE, 'verification')),
    );
    expect(pictures.map(({ outcome }) => outcome)).toEqual(Array(6).fill('captured'));
    expect(warnings()).toEqual([]);
    expect([bad, good].map(({ calls }) => calls.filter((path) => path === '/capture').length)).toEqual([
      3, 3,
    ]);

    bad.answer = bad.model = () => undefined;
    good.answer = json(captured());
    const frozen = await Promise.all(Array.from({ length: 6 }, () => engine.capture(SAMPLE, 'verification')));
    expect(frozen.map(({ outcome }) => outcome)).toEqual(Array(6).fill('captured'));
    expect(warnings()).toEqual([expect.stringMatching(/gets no pictures any more, for it does not answer/)]);
  });

  it('takes no service out for pictures that waited too long while it looked at others', async () => {
    const engine = await engineOf({ timing: { ...PATIENT, callMs: 300 } });
    let turn = 0;
    bad.answer = (request, response, body) => {
      // Every other one waits for ever.
      if (turn++ % 2 === 0)
        setTimeout(() => {
          json(captured())(request, response, body);
        }, 100);
    };
    for (let round = 0; round < 3; round++) {
      const pictures = Array.from({ length: 8 }, () => engine.capture(SAMPLE, 'verification'));
      for (const { outcome } of await Promise.all(pictures)) expect(outcome).toBe('captured');
    }
    expect(warnings()).toEqual([]);
  });

  it('says that nothing can look at faces when none answers, and is ready again by itself', async () => {
    const engine = await engineOf();
    await engine.checkHealth();
    await Promise.all([bad.stop(), good.stop()]);
    for (let i = 0; i < 5; i++) {
      await expect(engine.capture(SAMPLE, 'verification')).rejects.toThrow(EngineUnavailable);
    }
    await expect(engine.checkHealth()).rejects.toThrow(EngineUnavailable);
    expect(reports.every(({ outcome }) => outcome === 'failed')).toBe(true);
    await good.restart();
    await vi.waitFor(() => engine.checkHealth(), 5000);
    expect(await engine.capture(SAMPLE, 'verification')).toMatchObject({ outcome: 'captured' });
  });

  it('finds out that services are gone although nobody sends a picture', async () => {
    const now = vi.spyOn(performance, 'now');
    const engine = await engineOf();
    await Promise.all([bad.stop(), good.stop()]);
    await engine.checkHealth();
    const later = performance.now() + 6000;
    now.mockReturnValue(later);
    await expect(engine.checkHealth()).rejects.toThrow(EngineUnavailable);
    now.mockRestore();
  });

  it('sends no picture to one that has come back with another model', async () => {
    const engine = await engineOf();
    await bad.stop();
    for (let i = 0; i < 8; i++) await engine.capture(SAMPLE, 'verification');
    bad.model = json({ ...MODEL, pipeline_sha256: 'b'.repeat(64) });
    bad.calls.length = 0;
    await bad.restart();
    await vi.waitFor(() => {
      expect(warnings().at(-1)).toMatch(/is not used: it has other models/);
    }, 5000);
    for (let i = 0; i < 4; i++) await engine.capture(SAMPLE, 'verification');
    expect(bad.calls).not.toContain('/capture');
    bad.model = json(MODEL);
    await vi.waitFor(() => {
      expect(log.info).toHaveBeenCalledWith(expect.stringMatching(/is used from now on/));
    }, 5000);
  });

  describe('passes on that services are busy', () => {
    it('only when another one is busy as well, with the shorter time', async () => {
      const engine = await engineOf();
      bad.answer = problem('busy', 503, 7);
      expect(await engine.capture(SAMPLE, 'verification')).toMatchObject({ outcome: 'captured' });
      good.answer = problem('busy', 503, 3);
      expect(await engine.capture(SAMPLE, 'verification')).toEqual({ outcome: 'busy', retryAfterSeconds: 3 });
      expect(reports.at(-1)).toMatchObject({ outcome: 'busy', ms: 0 });
    });

    it('and goes on using them: to have much to do is no failure', async () => {
      const engine = await engineOf();
      bad.answer = good.answer = problem('busy', 503, 1);
      for (let i = 0; i < 10; i++) await engine.capture(SAMPLE, 'verification');
      expect(warnings()).toEqual([]);
      bad.answer = good.answer = json(captured());
      expect(await engine.capture(SAMPLE, 'verification')).toMatchObject({ outcome: 'captured' });
    });

    it('and asks no third one', async () => {
      const third = await startScriptedService();
      const engine = await engineOf({ urls: [bad.url, good.url, third.url] });
      for (const service of [bad, good, third]) service.answer = problem('busy', 503, 1);
      await engine.capture(SAMPLE, 'verification');
      const asked = [bad, good, third].flatMap(({ calls }) => calls.filter((path) => path === '/capture'));
      expect(asked).toHaveLength(2);
      await third.stop();
    });
  });

  it('goes on using services that refuse pictures, whatever they find in them', async () => {
    const engine = await engineOf({ urls: [bad.url] });
    bad.answer = json({ ...captured(), outcome: { outcome: 'poor_quality', reasons: ['too_dark'] } });
    for (let i = 0; i < 5; i++) {
      const outcome = await engine.capture(SAMPLE, 'verification');
      expect(outcome).toEqual({ outcome: 'poor_quality', reasons: ['too_dark'] });
    }
    bad.answer = problem('image_too_large', 413);
    expect(await engine.capture(SAMPLE, 'verification')).toMatchObject({ outcome: 'image_too_large' });
    bad.answer = problem('not_found', 404);
    for (let i = 0; i < 5; i++) {
      // A fault of ours: no service is to blame, and the person is not told that their picture is.
      await expect(engine.capture(SAMPLE, 'verification')).rejects.toThrow(/answered 404/);
    }
    expect(warnings()).toEqual([]);
  });

  it('reports where the time went, and how many frames the services get through', async () => {
    const engine = await engineOf();
    expect(engine.framesPerSecond).toBeNull();
    await engine.capture(SAMPLE, 'verification');
    expect(reports.at(-1)).toMatchObject({
      kind: 'capture',
      outcome: 'captured',
      presentation: 'bona_fide',
      ms: 3,
      stages: { decode: 1, recognition: 2 },
    });
    bad.answer = good.answer = json(noFaceInFrame());
    expect(await engine.observe(SAMPLE, 'verification')).toEqual({ outcome: 'no_face' });
    // 20 ms a frame, two services with one worker each.
    expect(engine.framesPerSecond).toBe(100);
  });

  it('gives each service as much as its workers can do', async () => {
    bad.model = json({ ...MODEL, workers: 3 });
    const engine = await engineOf();
    const slow: ScriptedService['answer'] = (request, response, body) => {
      setTimeout(() => {
        json(captured())(request, response, body);
      }, 200);
    };
    bad.answer = good.answer = slow;
    await Promise.all(Array.from({ length: 8 }, () => engine.capture(SAMPLE, 'verification')));
    expect(bad.calls.filter((path) => path === '/capture')).toHaveLength(6);
  });

  it('asks for no presentation attack detection where LIVENESS is off, and says that there was none', async () => {
    bad.model = json({ ...MODEL, checks: { presentation: false, live: false } });
    const engine = await engineOf({ urls: [bad.url], checks: { presentation: false, live: false } });
    let asked = '';
    bad.answer = (request, response, body) => {
      asked = request.url!;
      json(captured())(request, response, body);
    };
    expect(await engine.capture(SAMPLE, 'enrolment')).toMatchObject({ presentation: 'not_checked' });
    expect(asked).toBe('/capture?purpose=enrolment&presentation=off');
  });

  describe('does not begin', () => {
    const refusal = async (settings: Partial<ServiceSettings> = {}) => {
      const error: unknown = await meet(settings).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(FaceServiceError);
      return (error as Error).message;
    };

    it('while no service answers, and says which were tried', async () => {
      await Promise.all([bad.stop(), good.stop()]);
      expect(await refusal()).toMatch(
        new RegExp(`${bad.url} cannot be reached \\(ECONNREFUSED\\)[^]*${good.url}`),
      );
    });

    it('with a key that one of them does not take, without saying the key', async () => {
      const message = await refusal({ key: 'x'.repeat(40) });
      expect(message).toMatch(/refuses the API key: FACE_API_KEY/);
      expect(message).not.toContain('xxxx');
    });

    it('with services of different models', async () => {
      good.model = json({ ...MODEL, model_id: 'other@0123456789ab' });
      expect(await refusal()).toMatch(/do not have the same models:[^]*scripted@[^]*other@/);
    });

    it('with one that cannot do what LIVENESS asks for', async () => {
      good.model = json({ ...MODEL, checks: { presentation: false, live: true } });
      expect(await refusal()).toMatch(/presentation attacks, which LIVENESS asks for/);
      good.model = json({ ...MODEL, checks: { presentation: true, live: false } });
      expect(await refusal()).toMatch(/live sessions, which LIVENESS asks for/);
    });

    it('with services of two kinds', async () => {
      good.model = problem('not_found', 404);
      expect(await refusal()).toMatch(new RegExp(`these do not:\\n {2}${good.url}`));
    });

    it('with the published contract only, unless the model is named and nothing else is asked for', async () => {
      bad.model = good.model = problem('not_found', 404);
      expect(await refusal()).toMatch(/Set FACE_API_MODEL[^]*vultus calibrate/);
      expect(await refusal({ model: 'elsewhere' })).toMatch(/LIVENESS=off/);
    });

    it('without one that is still starting, if that is soon there', async () => {
      await Promise.all([bad.stop(), good.stop()]);
      const meeting = meet({ patienceMs: 5000 });
      setTimeout(() => void good.restart(), 500);
      expect((await meeting).engine.modelId).toBe(MODEL.model_id);
      expect(warnings()).toEqual([expect.stringMatching(/does not answer; it is used as soon as it does/)]);
      await bad.restart();
      await vi.waitFor(() => {
        expect(log.info).toHaveBeenCalledWith(expect.stringMatching(/is used (again|from now on)/));
      }, 5000);
    });
  });
});
