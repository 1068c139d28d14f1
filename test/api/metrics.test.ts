import { readFile } from 'node:fs/promises';

import type { SyntaxNodeRef } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { ApiClient, PASSWORD } from '../support/api-client.js';
import { still } from '../support/faces.js';
import { LiveCallsClient } from '../support/live-calls-client.js';
import type { Ticket } from '../support/live-client.js';
import { landscape } from '../support/pictures.js';
import { rephotograph } from '../support/rephotograph.js';
import { Scrape } from '../support/scrape.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

const TOKEN = 'a-token-of-whoever-reads-the-metrics';
const BEARER = { authorization: `Bearer ${TOKEN}` };
const COMPARE = '/user/image/compare-faces';

let server: RunningServer;
let scrape: Scrape;
/** What must not be told. */
const personal: string[] = [];
beforeAll(async () => {
  server = await startServer({ METRICS_TOKEN: TOKEN, LOG_LEVEL: 'info' });
  const api = await ApiClient.for(server);
  const franck = await still('franck_02159.jpg');
  const { email, id, token } = await api.enrolled(franck);
  await api.upload(COMPARE, await api.verificationToken(email), await still('franck_02888.jpg'));
  const verification = await api.verificationToken(email);
  const { body } = await api.upload(COMPARE, verification, await still('cage.jpg'));
  await api.upload(COMPARE, verification, await rephotograph(franck, { fill: 0.95, moire: 0.08 }));
  await api.upload(COMPARE, verification, await landscape());
  for (let i = 0; i < 10; i++) await api.signIn(email, `${PASSWORD}!`);
  const ticket = (await api.post('/user/live-enrolment', { token })).body as unknown as Ticket;
  const person = await LiveCallsClient.for(api, ticket);
  await person.say([{ type: 'start', abilities: { light: 'none' } }]);
  await person.say([], [person.frame(franck)]);
  await person.say([{ type: 'stop' }]);
  await fetch(`${server.url}/user/${email}`);
  await fetch(`${server.url}/nothing/${email}`);
  personal.push(
    email,
    id,
    token,
    verification,
    ticket.id,
    ticket.ticket,
    body.request_id,
    '127.0.0.1',
    'undici',
  );
  scrape = await Scrape.of(server.url, BEARER);
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

describe('the metrics of a server', () => {
  it('count requests by route, method and status', () => {
    const count = (labels: Record<string, string>) =>
      scrape.value('vultus_http_request_duration_seconds_count', labels);
    expect(count({ route: COMPARE, method: 'POST', status: '200' })).toBe(1);
    expect(count({ route: COMPARE, status: '401' })).toBe(2);
    expect(count({ route: COMPARE, status: '422' })).toBe(1);
    expect(count({ route: 'unknown' })).toBe(2);
  });

  it('count refusals by their code', () => {
    expect(scrape.value('vultus_http_problems_total', { code: 'face_mismatch' })).toBe(2);
    expect(scrape.value('vultus_http_problems_total', { code: 'no_face' })).toBe(1);
    expect(scrape.value('vultus_http_problems_total', { code: 'internal_error' })).toBe(0);
  });

  it('count pictures by what became of them, and time each stage', () => {
    const pictures = (outcome: string) =>
      scrape.value('vultus_engine_pictures_total', { kind: 'capture', outcome });
    expect(pictures('captured')).toBe(3);
    expect(pictures('presentation_attack')).toBe(1);
    expect(pictures('no_face')).toBe(1);
    expect(scrape.value('vultus_engine_pictures_total', { kind: 'observe' })).toBe(1);
    const stages = (stage: string) =>
      scrape.value('vultus_engine_stage_duration_seconds_count', { kind: 'capture', stage });
    expect(stages('decode')).toBe(5);
    expect(stages('recognition')).toBe(4);
    expect(scrape.value('vultus_engine_queue_duration_seconds_count', { kind: 'capture' })).toBe(5);
    expect(scrape.value('vultus_engine_work_duration_seconds_sum', { kind: 'capture' })).toBeGreaterThan(
      0.01,
    );
    expect(scrape.value('vultus_engine_workers')).toBe(1);
    expect(scrape.value('vultus_uploads_in_use')).toBe(0);
    expect(scrape.value('vultus_uploads_capacity')).toBe(33);
  });

  it('count what was decided about faces, and what the audit log has', () => {
    const presentations = (decision: string) =>
      scrape.value('vultus_presentation_decisions_total', { means: 'still', decision });
    expect([presentations('bona_fide'), presentations('attack')]).toEqual([3, 1]);
    const comparisons = (decision: string) =>
      scrape.value('vultus_match_decisions_total', { means: 'still', decision });
    expect([comparisons('match'), comparisons('non_match')]).toEqual([1, 1]);
    const signIns = (labels: Record<string, string>) => scrape.value('vultus_sign_ins_total', labels);
    expect(signIns({ factor: 'face', outcome: 'failure', reason: 'presentation_attack' })).toBe(1);
    expect(signIns({ factor: 'password', outcome: 'failure', reason: 'invalid_credentials' })).toBe(8);
    expect(scrape.value('vultus_lock_outs_total', { kind: 'attempts_delayed' })).toBe(1);
    expect(scrape.value('vultus_security_events_total', { action: 'sign_up', outcome: 'success' })).toBe(1);
  });

  it('count live sessions', () => {
    const ended = { purpose: 'enrolment', transport: 'http', outcome: 'interrupted', reason: 'gone' };
    expect(scrape.value('vultus_live_sessions_ended_total', ended)).toBe(1);
    expect(scrape.value('vultus_live_sessions')).toBe(0);
  });

  it('tell health, memory and the event loop', () => {
    for (const check of ['storage', 'models', 'workers']) {
      expect(scrape.value('vultus_health_check_up', { check })).toBe(1);
    }
    expect(scrape.value('process_resident_memory_bytes')).toBeGreaterThan(1e7);
    expect(scrape.value('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
  });

  it('say nothing about anybody', () => {
    expect(personal.length).toBeGreaterThan(5);
    for (const secret of personal) expect(scrape.text).not.toContain(secret);
    const values = scrape.samples.flatMap(({ labels }) => Object.values(labels));
    for (const value of values) expect(value).toMatch(/^[\w./*:+-]{1,64}$/);
  });

  it('are for whoever knows the token, and are not in the log each time', async () => {
    for (const authorization of ['', 'Bearer wrong', `Basic ${TOKEN}`]) {
      const response = await fetch(`${server.url}/metrics`, { headers: { authorization } });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      expect(await response.json()).toMatchObject({ code: 'invalid_token' });
    }
    const statuses = () =>
      server.output.stderr
        .split('\n')
        .filter((line) => line.includes('"/metrics"'))
        .map((line) => (JSON.parse(line) as { status: number }).status);
    await expect.poll(statuses).toEqual([401, 401, 401]);
  });
});

it('without a token only this machine reads the metrics, as often as it likes', async () => {
  const open = await startServer({ RATE_LIMIT_ADDRESS: '2' });
  for (let i = 0; i < 4; i++) expect((await Scrape.of(open.url)).value('vultus_build_info')).toBe(1);
  const forwarded = await fetch(`${open.url}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.7' } });
  expect(forwarded.status).toBe(404);
  expect(await forwarded.json()).toMatchObject({ code: 'not_found' });
  for (let i = 0; i < 4; i++) await fetch(`${open.url}/user`);
  expect((await Scrape.of(open.url)).value('vultus_http_problems_total', { code: 'too_many_requests' })).toBe(
    2,
  );
  await open.stop();
});

describe('the dashboard and the alert rules', () => {
  /** Added by Prometheus itself. */
  const FROM_OUTSIDE = new Set(['job', 'instance', 'le']);
  const read = (file: string) => readFile(new URL(`../../ops/${file}`, import.meta.url), 'utf8');

  /** The metrics of an expression, each with the labels that it is asked for. */
  function selectorsOf(expression: string): { metric: string; labels: string[] }[] {
    // Grafana puts in what suits the zoom.
    const text = expression.replaceAll('$__rate_interval', '5m');
    const of = (node: SyntaxNodeRef) => text.slice(node.from, node.to);
    const found: { metric: string; labels: string[] }[] = [];
    parser.parse(text).iterate({
      enter: (node) => {
        expect(node.type.isError, `${text} is no PromQL at ${node.from}`).toBe(false);
        if (node.name === 'VectorSelector') found.push({ metric: '', labels: [] });
        if (node.name === 'Identifier') found.at(-1)!.metric = of(node);
        if (node.name === 'LabelName' && node.node.parent?.name !== 'GroupingLabels') {
          found.at(-1)!.labels.push(of(node));
        }
      },
    });
    return found;
  }

  function expectKnown(expression: string): void {
    const selectors = selectorsOf(expression);
    expect(selectors.length, expression).toBeGreaterThan(0);
    for (const { metric, labels } of selectors) {
      expect(scrape.declared, expression).toContain(metric);
      const known = scrape.labelNames(metric);
      for (const label of labels.filter((name) => !FROM_OUTSIDE.has(name))) {
        expect(known, `${metric} in ${expression}`).toContain(label);
      }
    }
  }

  it('ask for nothing that the server does not tell: alerts.yaml', async () => {
    const rules = (parse(await read('alerts.yaml')) as AlertFile).groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(10);
    for (const { expr } of rules) expectKnown(expr);
  });

  it('ask for nothing that the server does not tell: dashboard.json', async () => {
    const { panels, templating } = JSON.parse(await read('dashboard.json')) as Dashboard;
    const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    expect(expressions.length).toBeGreaterThan(20);
    for (const expression of expressions) expectKnown(expression);
    expect(templating.list.length).toBeGreaterThan(0);
    const used = expressions.join(' ').matchAll(/\$(\w+)/g);
    const variables = new Set([...templating.list.map(({ name }) => name), '__rate_interval']);
    for (const [, variable] of used) expect(variables).toContain(variable);
  });

  it('show each metric of ours somewhere', async () => {
    const shown = (await read('dashboard.json')) + (await read('alerts.yaml'));
    const ours = [...scrape.declared].filter((name) => name.startsWith('vultus_'));
    const families = new Set(ours.map((name) => name.replace(/_(bucket|sum|count)$/, '')));
    expect(families.size).toBeGreaterThan(15);
    for (const family of families) expect(shown).toContain(family);
  });

  it('are what the documentation has a row for', async () => {
    const page = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| `(vultus_\w+)` \|/gm)].map(([, name]) => name!);
    const ours = [...scrape.declared].filter((name) => name.startsWith('vultus_'));
    expect(new Set(rows)).toEqual(
      new Set(ours.map((name) => name.replace(/_seconds_(bucket|sum|count)$/, '_seconds'))),
    );
  });
});

interface AlertFile {
  readonly groups: readonly { readonly rules: readonly { readonly expr: string }[] }[];
}
interface Dashboard {
  readonly panels: readonly { readonly targets?: readonly { readonly expr: string }[] }[];
  readonly templating: { readonly list: readonly { readonly name: string }[] };
}
