import { mkdtempSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Gate, keyEntry, newKey, openGate, writeKeyFile } from '../../../src/access/index.js';
import { SILENT_LOGGER, SystemClock } from '../../../src/runtime/index.js';
import type { ExamineOptions, MachineFinding, MachinePort } from '../../../src/server/index.js';
import { ask as askPlainly } from './ask.js';
import { type PageRig, startPageRig } from './page-rig.js';

const FOUND: MachineFinding = {
  id: 'mdf.retryCount',
  level: 'warning',
  area: 'mdf',
  texts: { en: { text: 'One', remedy: 'Do' }, ja: { text: '一', remedy: 'する' } },
};

/** As a program asks. */
const OWN = { 'x-bridge-request': '1' };
const ask: typeof askPlainly = (origin, path, how = {}) =>
  askPlainly(origin, path, { ...how, headers: { ...OWN, ...how.headers } });

/** A machine on which nothing ends until it is told. */
class HeldMachine implements MachinePort {
  asked: ExamineOptions[] = [];
  ended = 0;
  go: () => void = () => {};
  readonly #held = new Promise<void>((resolve) => {
    this.go = resolve;
  });

  listed = 0;
  async listDevices() {
    this.listed++;
    await this.#held;
    const device = { index: 0, id: 'mic0', name: 'Mic', channels: 1, sampleRatesHz: [48_000] };
    const devices = [{ ...device, isDefault: true, isMonitor: false }];
    return [{ kind: 'input' as const, backend: 'parec', isAvailable: true, reason: undefined, devices }];
  }

  async *examine(options: ExamineOptions): AsyncGenerator<MachineFinding> {
    this.asked.push(options);
    try {
      yield FOUND;
      const aborted = new Promise<void>((resolve) =>
        options.signal.addEventListener('abort', () => resolve()),
      );
      await Promise.race([this.#held, aborted]);
      yield { ...FOUND, id: 'second' };
    } finally {
      this.ended++;
    }
  }

  async report(options: ExamineOptions) {
    this.asked.push(options);
    return '{}';
  }
}

describe('what is told of the machine', () => {
  let rig: PageRig;
  let machine: HeldMachine;
  afterEach(() => rig.close());

  async function start(host = '127.0.0.1', gate?: Gate): Promise<void> {
    machine = new HeldMachine();
    rig = await startPageRig({ machine, host, ...(gate === undefined ? {} : { gate }) });
  }
  const lines = (text: string): unknown[] =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

  it('is told to an operator from anywhere where keys are demanded, and to nobody without', async () => {
    const key = newKey();
    const keyFile = join(mkdtempSync(join(tmpdir(), 'machine-key-')), 'keys.json');
    await writeKeyFile(keyFile, [
      await keyEntry(key, { name: 'op', role: 'operator', createdAt: new Date(0).toISOString() }),
    ]);
    const clock = new SystemClock();
    const gate = await openGate({ settings: { host: '0.0.0.0' }, keyFile, clock, logger: SILENT_LOGGER });
    await start('0.0.0.0', gate);
    machine.go();
    // As through a proxy: no page without a key could look at the machine from there.
    const headers = { 'x-forwarded-for': '192.0.2.7' };
    for (const path of ['/api/devices', '/api/doctor/bundle']) {
      expect((await ask(rig.origin, path, { headers })).status).toBe(401);
      const answer = await ask(rig.origin, path, { headers: { ...headers, authorization: `Bearer ${key}` } });
      expect(answer.status).toBe(200);
    }
    gate.close();
  });

  it('lists devices', async () => {
    await start();
    machine.go();
    const { status, json } = await ask(rig.origin, '/api/devices');
    expect(status).toBe(200);
    expect(json).toMatchObject({ lists: [{ backend: 'parec', devices: [{ name: 'Mic' }] }] });
  });

  it('lists devices once for all who ask meanwhile, and anew afterwards', async () => {
    await start();
    const asking = [1, 2, 3].map(() => ask(rig.origin, '/api/devices'));
    await expect.poll(() => machine.listed).toBe(1);
    // Answered after them: they have arrived by then.
    expect((await ask(rig.origin, '/api/devices', { method: 'HEAD' })).status).toBe(200);
    machine.go();
    for (const { status } of await Promise.all(asking)) expect(status).toBe(200);
    expect(machine.listed).toBe(1);
    await ask(rig.origin, '/api/devices');
    expect(machine.listed).toBe(2);
  });

  it('lets no image of another site sound, in browsers that do not say who asks', async () => {
    await start();
    for (const path of ['/api/doctor?tone=1', '/api/doctor/bundle?tone=1', '/api/devices']) {
      const answer = await askPlainly(rig.origin, path, { headers: { accept: 'image/*' } });
      expect([answer.status, answer.json.error?.message]).toEqual([
        403,
        expect.stringContaining('X-Bridge-Request: 1'),
      ]);
    }
    expect([machine.asked, machine.listed]).toEqual([[], 0]);
  });

  it('tells findings line by line as they come, with both languages, and that they are all', async () => {
    await start();
    const response = await fetch(`${rig.origin}/api/doctor?tone=1`, { headers: OWN });
    expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    const reader = response.body?.getReader();
    const first = new TextDecoder().decode((await reader?.read())?.value);
    expect(lines(first)).toEqual([FOUND]);
    machine.go();
    let rest = '';
    for (;;) {
      const part = await reader?.read();
      if (part === undefined || part.done) break;
      rest += new TextDecoder().decode(part.value);
    }
    expect(lines(rest)).toEqual([{ ...FOUND, id: 'second' }, { done: true }]);
    expect(machine.asked[0]?.tone).toBe(true);
  });

  it('looks once at a time, and again afterwards, silently unless it is asked to sound', async () => {
    await start();
    const first = ask(rig.origin, '/api/doctor');
    await expect.poll(() => machine.asked.length).toBe(1);
    expect(await ask(rig.origin, '/api/doctor')).toMatchObject({
      status: 409,
      json: { error: { code: 'BRIDGE_ERR_QUEUE_FULL' } },
    });
    expect((await ask(rig.origin, '/api/doctor/bundle')).status).toBe(409);
    machine.go();
    expect((await first).status).toBe(200);
    const report = await ask(rig.origin, '/api/doctor/bundle');
    expect(report).toMatchObject({ status: 200, text: '{}' });
    expect(report.headers['content-disposition']).toBe('attachment; filename="mmdagent-bridge-report.json"');
    expect(machine.asked.map(({ tone }) => tone)).toEqual([false, false]);
  });

  it('stops looking when nobody reads any more', async () => {
    await start();
    const leaving = new AbortController();
    await fetch(`${rig.origin}/api/doctor`, { headers: OWN, signal: leaving.signal });
    await expect.poll(() => machine.asked.length).toBe(1);
    leaving.abort();
    await expect.poll(() => machine.ended).toBe(1);
    await expect.poll(async () => (await ask(rig.origin, '/api/doctor/bundle')).status).toBe(200);
  });

  it.each(['/api/devices', '/api/doctor', '/api/doctor/bundle'])(
    'tells another site nothing at %s',
    async (path) => {
      await start();
      for (const headers of [
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
        { origin: 'http://evil.example' },
        { host: 'evil.example' },
      ] as Record<string, string>[]) {
        expect((await ask(rig.origin, path, { headers })).status, JSON.stringify(headers)).toBe(403);
      }
      expect(machine.asked).toEqual([]);
      expect(
        (await ask(rig.origin, path, { method: 'HEAD', headers: { 'sec-fetch-site': 'none' } })).status,
      ).toBe(200);
      expect(machine.asked).toEqual([]);
    },
  );

  it('tells nothing through a proxy, behind which anybody may be', async () => {
    await start();
    const answer = await ask(rig.origin, '/api/doctor', { headers: { 'x-forwarded-for': '127.0.0.1' } });
    expect(answer).toMatchObject({ status: 403, json: { error: { code: 'BRIDGE_ERR_CONTROL_AUTH' } } });
  });

  const elsewhere = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv4' && !one.internal)?.address;
  it.skipIf(elsewhere === undefined)('tells other machines nothing, however the page is served', async () => {
    await start('0.0.0.0');
    const origin = `http://${elsewhere}:${new URL(rig.origin).port}`;
    expect((await ask(origin, '/healthz')).status).toBe(200);
    const answer = await ask(origin, '/api/doctor');
    expect(answer.status).toBe(403);
    expect(answer.json.error?.message).toContain('open it there as http://localhost');
  });

  it('has no such paths where the app gives no machine', async () => {
    machine = new HeldMachine();
    rig = await startPageRig();
    expect((await ask(rig.origin, '/api/doctor')).status).toBe(404);
  });
});

describe('the sample', () => {
  it('is given to the page as a file', async () => {
    const rig = await startPageRig();
    const { status, headers } = await ask(rig.origin, '/api/sample');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('audio/wav');
    expect(headers['content-length']).toBe('189544');
    await rig.close();
  });
});
