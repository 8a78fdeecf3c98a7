import { afterEach, describe, expect, test } from 'vitest';
import { DEFAULT_LIP_TABLE } from '../../../src/lipsync/index.js';
import { type ErrorCode, ProviderError, SystemClock, seededRandom } from '../../../src/runtime/index.js';
import type { HttpSpeechPorts } from '../../../src/speech/http/index.js';
import type { SpeechPart, SpeechRequest, Synthesizer } from '../../../src/speech/index.js';
import { freePort } from '../../support/free-port.js';
import type { RunningVendor, SoundFault } from '../../support/speech/http-vendor.js';
import { rechunked } from '../../support/speech/rechunk.js';
import { WatchedClock } from '../../support/speech/watched-clock.js';

/** One engine against a vendor that plays by a script. */
export interface ContractRig {
  readonly name: string;
  /** The key its options hold; undefined: it takes none. */
  readonly key: string | undefined;
  readonly text: string;
  readonly sampleRateHz: number;
  /** The vendor's sound for `text`. */
  readonly pcm: Uint8Array;
  /** Lists that must come, beside the sound. */
  readonly tells: readonly ('phonemes' | 'words' | 'characters')[];
  /** Options that lead nowhere, for example `{ baseUrl }`. */
  readonly elsewhere: (url: string) => Readonly<Record<string, unknown>>;
  /** Sound comes in one piece at the end: there is no middle of it. @default false */
  readonly isWhole?: boolean;
  /** Answers of this vendor to faults, where they differ from the usual. */
  readonly refusals?: Readonly<Partial<Record<number, ErrorCode>>>;
  /** It is no HTTP that carries the sound, so pieces cannot be cut by `fetch`. @default false */
  readonly isSocket?: boolean;
  readonly start: () => Promise<RunningVendor>;
}

export interface Heard {
  readonly parts: readonly SpeechPart[];
  readonly pcm: Uint8Array;
}

export async function hear(parts: AsyncIterable<SpeechPart>): Promise<Heard> {
  const all: SpeechPart[] = [];
  for await (const part of parts) all.push(part);
  return { parts: all, pcm: soundOf(all) };
}

export function soundOf(parts: readonly SpeechPart[]): Uint8Array {
  return Buffer.concat(parts.flatMap((part) => (part.type === 'sound' ? [part.pcm] : [])));
}

/** What a call throws; fails when it does not. */
export async function thrownBy(run: () => Promise<unknown>): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return error;
  }
  throw new Error('expected an error, and there was none');
}

export async function providerError(run: () => Promise<unknown>): Promise<ProviderError> {
  const error = await thrownBy(run);
  if (!(error instanceof ProviderError)) throw error;
  return error;
}

async function eventually(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 2));
}

const FIRST_BYTE_MS = 61_000;
const IDLE_MS = 7_000;

/** What every engine behind a network owes; see `Synthesizer`. */
export function synthesizerContract(rig: ContractRig): void {
  describe(`${rig.name} keeps the contract of synthesizers`, () => {
    const closing: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const close of closing.splice(0).reverse()) await close();
    });

    const meet = async (
      ports: Partial<HttpSpeechPorts> = {},
      changes: Readonly<Record<string, unknown>> = {},
    ): Promise<{ vendor: RunningVendor; engine: Synthesizer }> => {
      const vendor = await rig.start();
      closing.push(() => vendor.close());
      const engine = vendor.create({ clock: new SystemClock(), ...ports }, changes);
      closing.push(() => engine.close());
      return { vendor, engine };
    };
    const request = (more: Partial<SpeechRequest> = {}): SpeechRequest => ({ text: rig.text, ...more });

    test('gives one start, then the sound exactly as the vendor made it', async () => {
      const { engine } = await meet();
      const { parts, pcm } = await hear(engine.speak(request()));
      expect(parts[0]).toMatchObject({ type: 'start', sampleRateHz: rig.sampleRateHz });
      expect(parts.filter(({ type }) => type === 'start')).toHaveLength(1);
      expect(Buffer.compare(pcm, rig.pcm)).toBe(0);
      for (const part of parts) if (part.type === 'sound') expect(part.pcm.byteLength % 2).toBe(0);
      for (const part of parts) if (part.type === 'sound') expect(part.pcm.byteLength).toBeGreaterThan(0);
    });

    test('tells the timings it promises, in order, contiguous phonemes of lip.txt, within the sound', async () => {
      const { engine } = await meet();
      const { parts } = await hear(engine.speak(request()));
      expect([...rig.tells].sort()).toEqual(
        [...new Set(parts.map(({ type }) => type))]
          .filter((type) => !['start', 'sound'].includes(type))
          .sort(),
      );
      expect(engine.tells === 'nothing').toBe(rig.tells.length === 0);
      if (engine.tells !== 'nothing') expect(rig.tells).toContain(engine.tells);
      const soundMs = (rig.pcm.byteLength / 2 / rig.sampleRateHz) * 1000;
      expectTimings(parts, soundMs);
    });

    test.each([
      ['one byte', smallAtFirst(1)],
      ['three bytes', smallAtFirst(3)],
      ['random sizes', randomSizes(11)],
      ['other random sizes', randomSizes(12)],
    ])('gives the same when the answer arrives in pieces of %s', async (_name, nextSize) => {
      if (rig.isSocket === true) return;
      const whole = await meet();
      const cut = await meet({ fetch: rechunked(nextSize) });
      const expected = await hear(whole.engine.speak(request()));
      const heard = await hear(cut.engine.speak(request()));
      expect(Buffer.compare(heard.pcm, expected.pcm)).toBe(0);
      expect(listsOf(heard.parts)).toEqual(listsOf(expected.parts));
    });

    test('speaks many at once without mixing them', async () => {
      const { engine } = await meet();
      const all = await Promise.all(Array.from({ length: 5 }, () => hear(engine.speak(request()))));
      for (const { pcm } of all) expect(Buffer.compare(pcm, rig.pcm)).toBe(0);
    });

    test('asks nothing before the first part is asked for, and nothing with an aborted signal', async () => {
      const { vendor, engine } = await meet();
      engine.speak(request());
      const reason = new Error('not any more');
      const error = await thrownBy(() => hear(engine.speak(request({ signal: AbortSignal.abort(reason) }))));
      expect(error).toBe(reason);
      expect(vendor.soundRequests).toBe(0);
    });

    const abortPlaces: readonly (readonly [string, SoundFault])[] = [
      ['before the headers', 'silent'],
      ['behind the headers', 'headers'],
      ['in the middle of the sound', 'half'],
    ];
    test.each(abortPlaces)('ends the connection when aborted %s', async (_name, fault) => {
      const { vendor, engine } = await meet();
      vendor.fault = fault;
      const controller = new AbortController();
      const reason = new Error('the user spoke');
      const hearing = thrownBy(async () => {
        for await (const part of engine.speak(request({ signal: controller.signal })))
          if (part.type === 'sound') controller.abort(reason);
      });
      await eventually(() => vendor.soundRequests > 0);
      await new Promise((resolve) => setTimeout(resolve, 20));
      controller.abort(reason);
      expect(await hearing).toBe(reason);
      await eventually(() => vendor.leftEarly > 0);
    });

    test('ends the connection when the loop is left', async () => {
      if (rig.isWhole === true) return;
      const { vendor, engine } = await meet();
      vendor.fault = 'half';
      for await (const part of engine.speak(request())) if (part.type === 'sound') break;
      await eventually(() => vendor.leftEarly > 0);
    });

    test.each(['silent', 'headers'] as const)(
      'ends what is under way (%s) when closed, and closes twice',
      async (fault) => {
        const { vendor, engine } = await meet();
        vendor.fault = fault;
        const hearing = thrownBy(() => hear(engine.speak(request())));
        await eventually(() => vendor.soundRequests > 0);
        await new Promise((resolve) => setTimeout(resolve, 20));
        await engine.close();
        await engine.close();
        await hearing;
        await eventually(() => vendor.leftEarly > 0);
        await thrownBy(() => hear(engine.speak(request())));
        expect(vendor.soundRequests).toBe(1);
      },
    );

    const statuses: readonly (readonly [number, ErrorCode, boolean])[] = [
      [400, 'BRIDGE_ERR_SPEECH_REFUSED', false],
      [401, 'BRIDGE_ERR_SPEECH_KEY', false],
      [403, 'BRIDGE_ERR_SPEECH_KEY', false],
      [404, 'BRIDGE_ERR_SPEECH_VOICE', false],
      [408, 'BRIDGE_ERR_SPEECH_STALLED', true],
      [429, 'BRIDGE_ERR_SPEECH_BUSY', true],
      [500, 'BRIDGE_ERR_SPEECH_FAILED', true],
      [502, 'BRIDGE_ERR_SPEECH_FAILED', true],
      [503, 'BRIDGE_ERR_SPEECH_BUSY', true],
    ];
    test.each(statuses)('answers %i with %s', async (status, code, retryable) => {
      const { vendor, engine } = await meet();
      vendor.fault = { status, headers: { 'content-type': 'application/json' }, body: '{"error":"no"}' };
      const error = await providerError(() => hear(engine.speak(request())));
      expect(error).toMatchObject({
        code: rig.refusals?.[status] ?? code,
        retryable,
        status,
        provider: 'the-engine',
      });
      expect(error.message).toContain(String(status));
    });

    test('tells how long to wait and the number of the request', async () => {
      const { vendor, engine } = await meet();
      const headers = { 'retry-after': '3', 'x-request-id': 'req_123' };
      vendor.fault = { status: 429, headers, body: '' };
      const error = await providerError(() => hear(engine.speak(request())));
      expect(error).toMatchObject({ retryAfterMs: 3000, requestId: 'req_123', retryable: true });
    });

    test("keeps a proxy's page out of the message", async () => {
      const { vendor, engine } = await meet();
      vendor.fault = {
        status: 502,
        headers: { 'content-type': 'text/html' },
        body: '<html><h1>Bad</h1></html>',
      };
      const error = await providerError(() => hear(engine.speak(request())));
      expect(error.message).not.toMatch(/[<>]/);
    });

    test('does not follow a redirect, which could take the key elsewhere', async () => {
      const { vendor, engine } = await meet();
      vendor.fault = { status: 307, headers: { location: 'http://127.0.0.1:9/' }, body: '' };
      const error = await providerError(() => hear(engine.speak(request())));
      expect(error).toMatchObject({ retryable: false });
      expect(['BRIDGE_ERR_SPEECH_FAILED', 'BRIDGE_ERR_SPEECH_UNREACHABLE']).toContain(error.code);
    });

    test('lets neither key nor text into an error, though the vendor repeats them', async () => {
      const { vendor, engine } = await meet();
      for (const status of [400, 401, 429, 500]) {
        const words = `wrong key ${rig.key ?? 'none'} for ${rig.text}, really`;
        vendor.fault = { status, body: JSON.stringify({ error: { message: words } }) };
        const error = await providerError(() => hear(engine.speak(request())));
        expectNoSecret(error, rig);
      }
    });

    test('holds no key in its fingerprint, which a new key leaves as it is', async () => {
      if (rig.key === undefined) return;
      const { vendor, engine } = await meet();
      expect(engine.fingerprint).not.toContain(rig.key);
      const other = vendor.create({ clock: new SystemClock() }, { apiKey: 'another-key-altogether' });
      expect(other.fingerprint).toBe(engine.fingerprint);
    });

    test('is unreachable where nothing listens', async () => {
      const { engine } = await meet({}, rig.elsewhere(`http://127.0.0.1:${await freePort()}`));
      const error = await providerError(() => hear(engine.speak(request())));
      expect(error).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_UNREACHABLE', retryable: true });
      expectNoSecret(error, rig);
    });

    test('lists voices, or says why not', async () => {
      const { engine } = await meet();
      for (const { id, name, languages } of await engine.voices()) {
        expect(id).not.toBe('');
        expect(name).not.toBe('');
        expect(Array.isArray(languages)).toBe(true);
      }
      const nowhere = await meet({}, rig.elsewhere(`http://127.0.0.1:${await freePort()}`));
      const outcome = await nowhere.engine.voices().catch((error: unknown) => error);
      if (Array.isArray(outcome)) return;
      expect(outcome).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_UNREACHABLE', retryable: true });
      const reason = new Error('never mind');
      expect(await thrownBy(() => engine.voices(AbortSignal.abort(reason)))).toBe(reason);
    });

    test('notices sound that breaks off', async () => {
      const { vendor, engine } = await meet();
      vendor.fault = 'cut';
      const error = await providerError(() => hear(engine.speak(request())));
      expect(error).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_TRUNCATED', retryable: true });
    });

    test('waits for an answer, and not for ever', async () => {
      const clock = new WatchedClock();
      const { vendor, engine } = await meet({ clock }, { firstByteMs: FIRST_BYTE_MS, idleMs: IDLE_MS });
      vendor.fault = 'silent';
      const hearing = providerError(() => hear(engine.speak(request())));
      await eventually(() => vendor.soundRequests > 0);
      clock.advance(FIRST_BYTE_MS - 1);
      clock.advance(2);
      expect(await hearing).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_UNREACHABLE', retryable: true });
      await eventually(() => vendor.leftEarly > 0);
      expect(clock.pendingCount).toBe(0);
    });

    test('notices an answer that stops in the middle', async () => {
      const clock = new WatchedClock();
      const { vendor, engine } = await meet({ clock }, { firstByteMs: FIRST_BYTE_MS, idleMs: IDLE_MS });
      vendor.fault = 'half';
      let isOver = false;
      const hearing = providerError(() => hear(engine.speak(request()))).finally(() => {
        isOver = true;
      });
      await eventually(() => vendor.soundRequests > 0);
      while (!isOver) {
        await eventually(() => isOver || clock.isWaiting(IDLE_MS));
        // More may be on its way: only a wait that lasts is the vendor's silence.
        await new Promise((resolve) => setTimeout(resolve, 30));
        if (clock.isWaiting(IDLE_MS)) clock.advance(IDLE_MS);
      }
      expect(await hearing).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_STALLED', retryable: true });
      await eventually(() => vendor.leftEarly > 0);
      expect(clock.pendingCount).toBe(0);
    });

    test('leaves no wait behind when all went well', async () => {
      const clock = new WatchedClock();
      const { engine } = await meet({ clock });
      await hear(engine.speak(request()));
      await engine.close();
      expect(clock.pendingCount).toBe(0);
    });

    test.each(['garbage', 'empty'] as const)('fails on %s instead of sound', async (fault) => {
      const { vendor, engine } = await meet();
      vendor.fault = fault;
      const error = await providerError(() => hear(engine.speak(request())));
      expect(error).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_FAILED' });
      expect(error.message).not.toMatch(/[<>]/);
    });

    test('takes no more sound than it was told to', async () => {
      const { engine } = await meet({ maxSoundBytes: 1000 });
      const error = await providerError(() => hear(engine.speak(request())));
      expect(error).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_FAILED', retryable: false });
      expect(error.message).toContain('1000');
    });

    test.each(['', '  \n'])('has nothing to say of %j, and asks nobody', async (text) => {
      const { vendor, engine } = await meet();
      const error = await providerError(() => hear(engine.speak({ text })));
      expect(error.code).toBe('BRIDGE_ERR_SPEECH_TEXT');
      expect(vendor.soundRequests).toBe(0);
    });
  });
}

/** Every place of a header and a few thousand samples are cut; the rest comes in odd pieces, or the suite would take minutes. */
function smallAtFirst(size: number): () => number {
  let pieces = 0;
  return () => (pieces++ < 2500 ? size : 4097);
}

function randomSizes(seed: number): () => number {
  const random = seededRandom(seed);
  return () => 1 + Math.floor(random() ** 3 * 3000);
}

/** The lists without the places where they were cut. */
function listsOf(parts: readonly SpeechPart[]): Readonly<Record<string, unknown[]>> {
  return {
    phonemes: parts.flatMap((part) => (part.type === 'phonemes' ? part.phonemes : [])),
    words: parts.flatMap((part) => (part.type === 'words' ? part.words : [])),
    characters: parts.flatMap((part) => (part.type === 'characters' ? part.characters : [])),
  };
}

function expectTimings(parts: readonly SpeechPart[], soundMs: number): void {
  let atMs = 0;
  for (const part of parts) {
    if (part.type !== 'phonemes') continue;
    for (const { phoneme, startMs, endMs, orElse = [] } of part.phonemes) {
      expect(startMs).toBeCloseTo(atMs, 6);
      expect(endMs).toBeGreaterThan(startMs);
      atMs = endMs;
      for (const name of [phoneme, ...orElse]) expect(DEFAULT_LIP_TABLE.has(name), name).toBe(true);
    }
  }
  if (parts.some(({ type }) => type === 'phonemes')) expect(Math.abs(atMs - soundMs)).toBeLessThan(1);
  for (const kind of ['words', 'characters'] as const) {
    let lastMs = 0;
    for (const { startMs, endMs } of listsOf(parts)[kind] as { startMs: number; endMs: number }[]) {
      expect(startMs).toBeGreaterThanOrEqual(lastMs - 1e-6);
      expect(endMs).toBeGreaterThanOrEqual(startMs);
      expect(endMs).toBeLessThanOrEqual(soundMs + 1);
      lastMs = startMs;
    }
  }
}

function expectNoSecret(error: unknown, { key, text }: ContractRig): void {
  let at: unknown = error;
  for (let depth = 0; depth < 6 && at !== undefined && at !== null; depth++) {
    const shown = at instanceof Error ? `${at.message} ${at.stack} ${JSON.stringify(at)}` : String(at);
    if (key !== undefined) {
      expect(shown).not.toContain(key);
      expect(shown).not.toContain(key.slice(0, 10));
      expect(shown).not.toContain(key.slice(-8));
    }
    expect(shown).not.toContain(text);
    expect(shown).not.toContain(text.slice(0, 8));
    at = at instanceof Error ? at.cause : undefined;
  }
}
