import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FakeClock } from '../../../../src/runtime/index.js';
import { createLocalSynthesizer, LOCAL_TTS_SCHEMAS } from '../../../../src/speech/child/index.js';
import type { SpeechPart, SpeechRequest } from '../../../../src/speech/index.js';
import { EmbeddedSynthesizer } from '../../../../src/speech/tts/embedded/embedded-synthesizer.js';
import {
  type EspeakAnswer,
  type EspeakRequest,
  encodeAnswer,
  encodeSound,
} from '../../../../src/speech/tts/embedded/espeak-frames.js';
import {
  type ScriptedHost,
  type ScriptedProgram,
  scriptedHost,
  settle,
} from '../../../support/speech/scripted-programs.js';

const READY: EspeakAnswer = { type: 'ready', sampleRateHz: 1000, loadMs: 1 };
const PCM = new Uint8Array([1, 0, 2, 0, 3, 0]);

/** The child as its source says it behaves, spoken for by the test. */
class Child {
  readonly program: ScriptedProgram;

  constructor(program: ScriptedProgram) {
    this.program = program;
  }

  get asked(): readonly EspeakRequest[] {
    return this.program.input
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  }

  get speaks(): readonly Extract<EspeakRequest, { type: 'speak' }>[] {
    return this.asked.filter((request) => request.type === 'speak');
  }

  tell(answer: EspeakAnswer): void {
    this.program.write(encodeAnswer(answer));
  }

  /** All that one request gives. */
  say(id: number, memoryBytes = 1): void {
    this.tell({ type: 'events', id, unit: 0, events: [[1, 'ä']] });
    this.program.write(encodeSound(PCM));
    this.tell({ type: 'end', id, samples: 3, memoryBytes });
  }
}

interface Rig {
  readonly clock: FakeClock;
  readonly host: ScriptedHost;
  readonly engine: EmbeddedSynthesizer;
  readonly children: Child[];
}

const open: Rig[] = [];

/** @param onSpawn - acts each child; left out: it is ready at once, and ends when its input does. */
function rig(onSpawn?: (child: Child, index: number) => void, packageName = 'zod'): Rig {
  const clock = new FakeClock();
  const children: Child[] = [];
  const host = scriptedHost({
    act: (program, index) => {
      const child = new Child(program);
      children.push(child);
      program.on('inputEnd', () => program.end(0));
      if (onSpawn === undefined) child.tell(READY);
      else onSpawn(child, index);
    },
  });
  const options = LOCAL_TTS_SCHEMAS.embedded.schema(z).parse({ type: 'embedded', restMs: 60_000 });
  const toKana = async (text: string) => text.replace('今日は', 'キョーワ');
  const ports = { clock, host, toKana, nodePath: '/node', childFile: '/child.js', packageName };
  const made = { clock, host, children, engine: new EmbeddedSynthesizer('embedded', options, ports) };
  open.push(made);
  return made;
}

/** What is heard of a request, and how it ended. */
function hear(engine: EmbeddedSynthesizer, request: SpeechRequest) {
  const heard: { parts: SpeechPart[]; end: unknown } = { parts: [], end: undefined };
  void (async () => {
    try {
      for await (const part of engine.speak(request)) heard.parts.push(part);
      heard.end = 'done';
    } catch (error) {
      heard.end = error;
    }
  })();
  return heard;
}

afterEach(async () => {
  for (const { engine, clock, children } of open.splice(0)) {
    for (const { program } of children) program.endsOn = 'SIGTERM';
    await engine.close();
    expect(clock.pendingCount).toBe(0);
  }
});

describe('EmbeddedSynthesizer', () => {
  it('starts its process with the first request, by Node.js and with the package', async () => {
    const { engine, host, children } = rig();
    await settle();
    expect(host.spawned).toHaveLength(0);
    hear(engine, { text: 'Hello.' });
    await settle();
    expect(host.spawned.map(({ file, args }) => [file, ...args])).toEqual([['/node', '/child.js', 'zod']]);
    expect(children[0]?.speaks[0]).toMatchObject({
      type: 'speak',
      units: [{ voice: 'en-us+f5', text: 'Hello.' }],
      manner: { rate: 165, pitch: 50, range: 50, volume: 100 },
    });
  });

  it('gives sound and phonemes as they come, exact and to the end of the sound', async () => {
    const { engine, children } = rig();
    const heard = hear(engine, { text: '今日は', language: 'ja' });
    await settle();
    children[0]?.tell({ type: 'events', id: 1, unit: 0, events: [[1, 'ä']] });
    children[0]?.program.write(encodeSound(PCM));
    await settle();
    expect(heard.parts).toEqual([
      { type: 'start', sampleRateHz: 1000 },
      { type: 'phonemes', phonemes: [{ phoneme: 'sil', startMs: 0, endMs: 1 }], isExact: true },
      { type: 'sound', pcm: PCM },
    ]);
    children[0]?.tell({ type: 'end', id: 1, samples: 3, memoryBytes: 1 });
    await settle();
    expect(heard.parts.at(-1)).toEqual({
      type: 'phonemes',
      phonemes: [{ phoneme: 'a', startMs: 1, endMs: 3 }],
      isExact: true,
    });
    expect(heard.end).toBe('done');
  });

  it('says requests one after the other, in order, in one process', async () => {
    const { engine, host, children } = rig();
    const all = ['One.', 'Two.', 'Three.'].map((text) => hear(engine, { text }));
    await settle();
    for (const id of [1, 2, 3]) {
      expect(children[0]?.speaks.map(({ units }) => units[0]?.text)).toEqual(
        ['One.', 'Two.', 'Three.'].slice(0, id),
      );
      children[0]?.say(id);
      await settle();
    }
    expect(all.map(({ end }) => end)).toEqual(['done', 'done', 'done']);
    expect(host.spawned).toHaveLength(1);
  });

  it('takes a request back when aborted, at once for the listener, and goes on with the next', async () => {
    const { engine, children, host } = rig();
    const controller = new AbortController();
    const first = hear(engine, { text: 'Long.', signal: controller.signal });
    const second = hear(engine, { text: 'Next.' });
    await settle();
    children[0]?.program.write(encodeSound(PCM));
    const reason = new Error('the user spoke');
    controller.abort(reason);
    await settle();
    expect(first.end).toBe(reason);
    expect(children[0]?.asked.at(-1)).toEqual({ type: 'cancel', id: 1 });
    children[0]?.say(1);
    await settle();
    children[0]?.say(2);
    await settle();
    expect(second.end).toBe('done');
    expect(second.parts.filter(({ type }) => type === 'sound')).toEqual([{ type: 'sound', pcm: PCM }]);
    expect(host.spawned).toHaveLength(1);
  });

  it('kills a process that does not hear of it, and starts another for the next', async () => {
    const { engine, children, clock, host } = rig();
    const controller = new AbortController();
    hear(engine, { text: 'Long.', signal: controller.signal });
    const second = hear(engine, { text: 'Next.' });
    await settle();
    controller.abort();
    await clock.advanceAsync(1000);
    expect(children[0]?.program.signals).toContain('SIGKILL');
    await settle();
    expect(host.spawned).toHaveLength(2);
    children[1]?.say(1);
    await settle();
    expect(second.end).toBe('done');
  });

  it('leaves out a request that was taken back while it waited', async () => {
    const { engine, children } = rig();
    const controller = new AbortController();
    hear(engine, { text: 'One.' });
    const waiting = hear(engine, { text: 'Two.', signal: controller.signal });
    hear(engine, { text: 'Three.' });
    await settle();
    controller.abort(new Error('no'));
    children[0]?.say(1);
    await settle();
    expect(children[0]?.speaks.map(({ units }) => units[0]?.text)).toEqual(['One.', 'Three.']);
    expect(waiting.end).toEqual(new Error('no'));
    children[0]?.say(2);
    await settle();
  });

  it('asks nothing with a signal that was aborted before', async () => {
    const { engine, host } = rig();
    const heard = hear(engine, { text: 'One.', signal: AbortSignal.abort(new Error('never')) });
    await settle();
    expect(heard.end).toEqual(new Error('never'));
    expect(host.spawned).toHaveLength(0);
  });

  it('fails only the request during which its process died, and starts another', async () => {
    const { engine, children, host } = rig();
    const first = hear(engine, { text: 'One.' });
    const second = hear(engine, { text: 'Two.' });
    await settle();
    children[0]?.program.complain('some words\nRuntimeError: memory access out of bounds\n');
    children[0]?.program.end(7);
    await settle();
    expect(first.end).toMatchObject({
      code: 'BRIDGE_ERR_SPEECH_PROGRAM',
      retryable: true,
      provider: 'embedded',
      message: expect.stringContaining('exit code 7: RuntimeError: memory access out of bounds'),
    });
    expect(host.spawned).toHaveLength(2);
    children[1]?.say(1);
    await settle();
    expect(second.end).toBe('done');
  });

  it('starts another when its process died while it rested', async () => {
    const { engine, children, host } = rig();
    hear(engine, { text: 'One.' });
    await settle();
    children[0]?.say(1);
    await settle();
    children[0]?.program.end(null, 'SIGSEGV');
    const heard = hear(engine, { text: 'Two.' });
    await settle();
    children[1]?.say(1);
    await settle();
    expect(heard.end).toBe('done');
    expect(host.spawned).toHaveLength(2);
  });

  it('asks another when the one that rested had died unnoticed, but not twice', async () => {
    const { engine, children, host } = rig();
    await engine.warmUp();
    const heard = hear(engine, { text: 'One.' });
    await settle();
    children[0]?.program.end(null, 'SIGKILL');
    await settle();
    expect(host.spawned).toHaveLength(2);
    expect(heard.end).toBeUndefined();
    children[1]?.program.end(1);
    await settle();
    expect(heard.end).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_PROGRAM', retryable: true });
    expect(host.spawned).toHaveLength(2);
  });

  it('asks nobody else once something was heard', async () => {
    const { engine, children, host } = rig();
    await engine.warmUp();
    const heard = hear(engine, { text: 'One.' });
    await settle();
    children[0]?.program.write(encodeSound(PCM));
    children[0]?.program.end(null, 'SIGKILL');
    await settle();
    expect(heard.end).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_PROGRAM', retryable: true });
    expect(host.spawned).toHaveLength(1);
  });

  it('notices a process that gives nothing', async () => {
    const { engine, clock, children } = rig();
    const heard = hear(engine, { text: 'One.' });
    await settle();
    await clock.advanceAsync(9999);
    children[0]?.program.write(encodeSound(PCM));
    await clock.advanceAsync(9999);
    expect(heard.end).toBeUndefined();
    await clock.advanceAsync(1);
    await settle();
    expect(heard.end).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_STALLED', retryable: true });
    expect(children[0]?.program.signals).toEqual(['SIGKILL']);
  });

  it('notices a process that writes something else', async () => {
    const { engine, children } = rig();
    const heard = hear(engine, { text: 'One.' });
    await settle();
    children[0]?.program.write(Buffer.from('Warning: something\n'));
    await settle();
    expect(heard.end).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_PROGRAM', retryable: true });
    expect(children[0]?.program.signals).toEqual(['SIGKILL']);
  });

  it('tells what to install when the package is not there', async () => {
    const { engine } = rig((child) => {
      child.tell({ type: 'failed', id: 0, what: 'package', text: 'Cannot find package x' });
      child.program.end(0);
    }, 'no-such-package');
    const heard = hear(engine, { text: 'One.' });
    await settle();
    expect(heard.end).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_PROGRAM', retryable: false });
    expect((heard.end as Error).message).toContain('npm install no-such-package');
    expect(await engine.advice()).toContain('npm install no-such-package');
    expect(await rig().engine.advice()).toBeUndefined();
  });

  it('fails when Node.js cannot be started', async () => {
    const { engine } = rig((child) => child.program.failToStart());
    const heard = hear(engine, { text: 'One.' });
    await settle();
    expect(heard.end).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_PROGRAM', retryable: true });
  });

  it('has the voice that is asked for, or says that there is none', async () => {
    const { engine, children } = rig();
    const heard = hear(engine, { text: 'One.', voice: 'en-us+nobody' });
    await settle();
    children[0]?.tell({ type: 'failed', id: 1, what: 'voice', text: 'en-us+nobody' });
    await settle();
    expect(heard.end).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_VOICE', retryable: false });
    hear(engine, { text: 'Two.' });
    await settle();
    children[0]?.say(2);
  });

  it('finds the voice of another language and region, and its pitch follows the voice asked for', async () => {
    const { engine, children } = rig();
    hear(engine, { text: 'Guten Tag', language: 'de-AT', voice: 'ja+m1' });
    await settle();
    expect(children[0]?.asked).toEqual([{ type: 'voices', id: 1 }]);
    const german = { name: 'German', identifier: 'gmw/de', languages: [{ code: 'de', priority: 5 }] };
    children[0]?.tell({ type: 'voices', id: 1, voices: [german] });
    await settle();
    expect(children[0]?.speaks[0]?.units).toMatchObject([{ voice: 'gmw/de+m1', text: 'Guten Tag' }]);
    children[0]?.say(2);
    await settle();
  });

  it('lists voices with Japanese and English first, a man and a woman each', async () => {
    const { engine, children } = rig();
    const listing = engine.voices();
    await settle();
    const voice = (identifier: string, code: string) => ({
      name: code,
      identifier,
      languages: [{ code, priority: 5 }],
    });
    const voices = [voice('gmw/de', 'de'), voice('gmw/en-US', 'en-us'), voice('jpx/ja', 'ja')];
    children[0]?.tell({ type: 'voices', id: 1, voices });
    expect(
      (await listing).map(({ id, isDefault, languages }) => [id, isDefault ?? false, ...languages]),
    ).toEqual([
      ['ja+f5', true, 'ja'],
      ['ja+m1', false, 'ja'],
      ['en-us+f5', true, 'en-US'],
      ['en-us+m1', false, 'en-US'],
      ['de', false, 'de'],
    ]);
  });

  it.each(['', '   \n', '…！？', '漢字'])('has nothing to say of %j, and starts nothing', async (text) => {
    const { engine, host } = rig();
    const heard = hear(engine, { text, language: 'ja' });
    await settle();
    expect(heard.end).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_TEXT', retryable: false });
    expect(host.spawned).toHaveLength(0);
  });

  it('refuses a text that is no sentence but a book', async () => {
    const { engine, host } = rig();
    const heard = hear(engine, { text: 'a'.repeat(5001) });
    await settle();
    expect(heard.end).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_TEXT' });
    expect(host.spawned).toHaveLength(0);
  });

  it('ends its process when nobody needs it, and starts it anew', async () => {
    const { engine, children, clock, host } = rig();
    hear(engine, { text: 'One.' });
    await settle();
    children[0]?.say(1);
    await settle();
    await clock.advanceAsync(59_999);
    expect(children[0]?.program.hasEnded).toBe(false);
    await clock.advanceAsync(1);
    expect(children[0]?.program.hasInputEnded).toBe(true);
    expect(children[0]?.program.hasEnded).toBe(true);
    hear(engine, { text: 'Two.' });
    await settle();
    expect(host.spawned).toHaveLength(2);
    children[1]?.say(1);
    await settle();
  });

  it('replaces a process that took too much memory, between requests', async () => {
    const { engine, children, host } = rig();
    hear(engine, { text: 'One.' });
    await settle();
    children[0]?.say(1, 500 * 1024 * 1024);
    await settle();
    expect(host.spawned).toHaveLength(1);
    hear(engine, { text: 'Two.' });
    await settle();
    expect(host.spawned).toHaveLength(2);
    expect(children[0]?.program.hasEnded).toBe(true);
    children[1]?.say(1);
    await settle();
  });

  it('is warmed up once, whoever asks', async () => {
    const { engine, children, host } = rig();
    await Promise.all([engine.warmUp(), engine.warmUp()]);
    const heard = hear(engine, { text: 'One.' });
    await settle();
    children[0]?.say(1);
    await settle();
    expect(heard.end).toBe('done');
    expect(host.spawned).toHaveLength(1);
  });

  it('ends everything when closed, and speaks no more', async () => {
    const { engine, children } = rig();
    const first = hear(engine, { text: 'One.' });
    const second = hear(engine, { text: 'Two.' });
    await settle();
    await Promise.all([engine.close(), engine.close()]);
    await settle();
    expect(children[0]?.program.hasEnded).toBe(true);
    for (const { end } of [first, second, hear(engine, { text: 'Three.' })]) {
      await settle();
      if (end !== undefined) expect(end).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_PROGRAM' });
    }
  });

  it('does not wait for a process that is still starting when it is closed', async () => {
    const { engine, children } = rig(() => {});
    const heard = hear(engine, { text: 'One.' });
    await settle();
    await engine.close();
    expect(children[0]?.program.signals).toContain('SIGKILL');
    expect(heard.end).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_PROGRAM' });
  });

  it('kills a process that does not end with its input', async () => {
    const { engine, children, clock } = rig((child) => {
      child.program.removeAllListeners('inputEnd');
      child.program.endsOn = undefined;
      child.tell(READY);
    });
    await engine.warmUp();
    const closed = engine.close();
    await clock.advanceAsync(2000);
    await closed;
    expect(children[0]?.program.signals).toEqual(['SIGTERM', 'SIGKILL']);
  });

  it('is named apart in the cache by what it sounds like only', () => {
    const of = (options: Record<string, unknown>) =>
      createLocalSynthesizer(
        { name: 'x', options: LOCAL_TTS_SCHEMAS.embedded.schema(z).parse({ type: 'embedded', ...options }) },
        { clock: new FakeClock(), host: scriptedHost(), toKana: async (text) => text },
      ).fingerprint;
    expect(of({ restMs: 5000 })).toBe(of({}));
    expect(of({ pitch: 60 })).not.toBe(of({}));
  });
});
