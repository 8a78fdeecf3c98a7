import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { ask } from './ask.js';
import { type PageRig, SAMPLE, startPageRig } from './page-rig.js';

let rig: PageRig;
afterEach(() => rig.close());

const NDJSON = { accept: 'application/x-ndjson' };

/** A WAV of a quiet tone, 16 kHz mono. */
function tone(seconds: number): Uint8Array {
  const bytes = new Uint8Array(44 + Math.round(seconds * 32_000));
  bytes.set(readFileSync(SAMPLE).subarray(0, 44));
  const view = new DataView(bytes.buffer);
  view.setUint32(4, bytes.byteLength - 8, true);
  view.setUint32(40, bytes.byteLength - 44, true);
  for (let at = 44, n = 0; at < bytes.byteLength; at += 2, n++)
    view.setInt16(at, 3000 * Math.sin(n / 8), true);
  return bytes;
}

function lines(text: string): Record<string, unknown>[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 200; turn++) {
    if (await isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('It did not come true');
}

async function isSpeaking(): Promise<boolean> {
  const status = await rig.client.request('status', {});
  return status.lanes.some((lane) => lane.isSpeaking);
}

describe('/api/play', () => {
  it('answers at the start with stream, lane and length', async () => {
    rig = await startPageRig();
    const { status, json } = await ask(rig.origin, '/api/play', { method: 'POST', body: tone(0.5) });
    expect(status).toBe(200);
    expect(json).toMatchObject({ lane: 'simulator', durationMs: 500, stream: expect.any(Number) });
  });

  it('tells by lines how it goes, and leaves no file behind', async () => {
    rig = await startPageRig();
    const answer = await ask(rig.origin, '/api/play', { method: 'POST', headers: NDJSON, body: tone(0.6) });
    expect(answer.headers['content-type']).toContain('application/x-ndjson');
    const told = lines(answer.text);
    expect(told[0]).toMatchObject({ lane: 'simulator', durationMs: 600 });
    expect(told.slice(1, -1).length).toBeGreaterThan(2);
    expect(told.at(-1)).toEqual({ ended: 'completed', heardMs: 600 });
    expect(readdirSync(rig.uploadFolder)).toEqual([]);
  });

  it.each(['speech.mp3', 'speech.flac', 'speech-vorbis.ogg', 'speech-opus.opus'])(
    'takes %s',
    async (name) => {
      rig = await startPageRig();
      const body = readFileSync(SAMPLE.replace('speech-sample.wav', name));
      const { status } = await ask(rig.origin, '/api/play', { method: 'POST', body });
      expect(status).toBe(200);
    },
  );

  it('takes all of a long upload at once, whatever the avatar needs to speak it', async () => {
    rig = await startPageRig();
    const startedAt = performance.now();
    const { status, json } = await ask(rig.origin, '/api/play', { method: 'POST', body: tone(600) });
    expect({ status, durationMs: json['durationMs'] }).toEqual({ status: 200, durationMs: 600_000 });
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    await ask(rig.origin, '/api/interrupt', { method: 'POST' });
    await until(async () => !(await isSpeaking()));
  });

  it.each([
    ['garbage', new Uint8Array(5000).map((_, n) => (n * 7919) % 251), 'BRIDGE_ERR_AUDIO_FORMAT'],
    ['nothing', new Uint8Array(0), 'BRIDGE_ERR_AUDIO_EMPTY'],
    ['a header only', tone(0), 'BRIDGE_ERR_AUDIO_EMPTY'],
  ])('answers 400 to %s', async (_what, body, code) => {
    rig = await startPageRig();
    const { status, json } = await ask(rig.origin, '/api/play', { method: 'POST', body });
    expect(status).toBe(400);
    expect(json.error?.code).toBe(code);
  });

  it('answers 400 after megabytes of garbage were sent', async () => {
    rig = await startPageRig();
    const { status } = await ask(rig.origin, '/api/play', {
      method: 'POST',
      body: new Uint8Array(20_000_000).fill(7),
    });
    expect(status).toBe(400);
  });

  it('answers 413 to what says it is too large, and 404, 409, 400 to what else is wrong', async () => {
    rig = await startPageRig({ maxUploadBytes: 100_000 });
    const post = (path: string, body = tone(1)) => ask(rig.origin, path, { method: 'POST', body });
    expect((await post('/api/play', tone(10))).status).toBe(413);
    expect((await post('/api/play?lane=nobody')).json.error?.code).toBe('BRIDGE_ERR_LANE_UNKNOWN');
    expect((await post('/api/play?lane=nobody')).status).toBe(404);
    expect((await post('/api/play?ifBusy=maybe')).status).toBe(400);
    expect((await post('/api/play')).status).toBe(200);
    expect((await post('/api/play?ifBusy=fail')).status).toBe(409);
    expect((await post('/api/play?ifBusy=interrupt')).status).toBe(200);
  });

  it('answers 413 to what turns out to be too large before it is heard', async () => {
    rig = await startPageRig({ maxUploadBytes: 20_000 });
    const answer = await new Promise<number>((resolve, reject) => {
      const sent = request(
        `${rig.origin}/api/play`,
        { method: 'POST', headers: { origin: rig.origin } },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      );
      sent.on('error', reject);
      // Chunked: no Content-Length. The header promises sound that never comes within the limit.
      const head = tone(10).slice(0, 44);
      new DataView(head.buffer).setUint32(16, 0x7fff_fff0, true);
      sent.write(head);
      sent.end(new Uint8Array(60_000));
    });
    expect(answer).toBe(413);
  });

  it('speaks what came of an upload that broke off', async () => {
    rig = await startPageRig();
    const body = tone(3);
    const sent = request(`${rig.origin}/api/play`, {
      method: 'POST',
      headers: { origin: rig.origin, 'content-length': String(body.byteLength) },
    });
    sent.on('error', () => {});
    sent.write(body.slice(0, 16_000));
    await until(isSpeaking);
    sent.destroy();
    await until(async () => !(await isSpeaking()));
    expect((await ask(rig.origin, '/healthz')).status).toBe(200);
    expect(readdirSync(rig.uploadFolder)).toEqual([]);
  });

  it('gives up an upload of which nothing comes any more', async () => {
    rig = await startPageRig({ uploadIdleMs: 100 });
    const outcome = await new Promise<string>((resolve) => {
      const sent = request(`${rig.origin}/api/play`, {
        method: 'POST',
        headers: { origin: rig.origin, 'content-length': '50000' },
      });
      sent.on('error', () => resolve('cut'));
      sent.on('response', (response) => {
        response.resume();
        resolve(`${response.statusCode}`);
      });
      sent.write(new Uint8Array(20));
    });
    expect(['cut', '400']).toContain(outcome);
  });

  it('answers 503 when no avatar is ready in time', async () => {
    rig = await startPageRig({}, { links: ['ws-listen://127.0.0.1:0/chat'], readyTimeoutMs: 100 });
    const { status, json } = await ask(rig.origin, '/api/sample', { method: 'POST' });
    expect({ status, code: json.error?.code }).toEqual({ status: 503, code: 'BRIDGE_ERR_LANE_NOT_READY' });
  });
});

describe('/api/sample and /api/interrupt', () => {
  it('plays the shipped sound, and stops it', async () => {
    rig = await startPageRig();
    const asked = ask(rig.origin, '/api/sample', { method: 'POST', headers: NDJSON });
    await until(isSpeaking);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await ask(rig.origin, '/api/interrupt?lane=simulator', { method: 'POST' })).toMatchObject({
      status: 200,
    });
    const end = lines((await asked).text).at(-1);
    expect(end).toMatchObject({ ended: 'interrupted' });
    expect(end?.['heardMs']).toBeLessThan(3000);
  });

  it('answers 404 to a lane that is not there', async () => {
    rig = await startPageRig();
    const { status, json } = await ask(rig.origin, '/api/interrupt?lane=nobody', { method: 'POST' });
    expect({ status, code: json.error?.code }).toEqual({ status: 404, code: 'BRIDGE_ERR_LANE_UNKNOWN' });
  });

  it('goes on speaking when whoever asked goes away', async () => {
    rig = await startPageRig();
    const sent = request(`${rig.origin}/api/sample`, {
      method: 'POST',
      headers: { origin: rig.origin, ...NDJSON },
    });
    sent.on('error', () => {});
    sent.on('response', (response) => {
      response.on('error', () => {});
      sent.destroy();
    });
    sent.end();
    await new Promise((resolve) => sent.on('close', resolve));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await isSpeaking()).toBe(true);
  });
});
