import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openChat } from '../../../src/chat/index.js';
import { systemHost } from '../../../src/devices/index.js';
import { SILENT_LOGGER } from '../../../src/runtime/index.js';
import { type EmbeddedAvatar, embeddedAvatar } from './embedded-avatar.js';
import { CountingClock } from './failing-talk.js';

/** Every part that a conversation opens, by the name of what opens it; each test has one of them fail or hang. */
const stages = vi.hoisted(() => {
  interface Part {
    close(): unknown;
  }
  const open = new Set<string>();
  const state = {
    open,
    seen: [] as string[],
    closed: [] as string[],
    failing: '',
    hanging: '',
    reached: () => {},
    release: () => {},
  };
  /** As `real`, told and watched. */
  const watched =
    <A extends unknown[], R>(name: string, real: (...args: A) => R, partOf: (result: Awaited<R>) => Part) =>
    (...args: A): R => {
      const watch = (result: Awaited<R>): Awaited<R> => {
        const part = partOf(result);
        const close = part.close.bind(part);
        open.add(name);
        part.close = () => {
          if (open.delete(name)) state.closed.push(name);
          return close();
        };
        return result;
      };
      state.seen.push(name);
      if (state.failing === name) throw new Error(`${name} failed`);
      const result = real(...args);
      if (!(result instanceof Promise)) return watch(result as Awaited<R>) as R;
      const gate =
        state.hanging === name
          ? new Promise<void>((resolve) => {
              state.release = resolve;
              state.reached();
            })
          : Promise.resolve();
      return gate.then(() => result).then(watch) as R;
    };
  return { state, watched };
});

vi.mock('../../../src/llm/open-llm.js', async (original) => {
  const real = await original<typeof import('../../../src/llm/open-llm.js')>();
  return { ...real, openLlm: stages.watched('openLlm', real.openLlm, (part) => part) };
});
vi.mock('../../../src/tools/memory/open-memory.js', async (original) => {
  const real = await original<typeof import('../../../src/tools/memory/open-memory.js')>();
  return { ...real, openMemory: stages.watched('openMemory', real.openMemory, (part) => part) };
});
vi.mock('../../../src/tools/create-tool-box.js', async (original) => {
  const real = await original<typeof import('../../../src/tools/create-tool-box.js')>();
  return { ...real, createToolBox: stages.watched('createToolBox', real.createToolBox, (part) => part) };
});
vi.mock('../../../src/kept/open-kept.js', async (original) => {
  const real = await original<typeof import('../../../src/kept/open-kept.js')>();
  return { ...real, openKept: stages.watched('openKept', real.openKept, (part) => part) };
});
vi.mock('../../../src/hearing/create-hearing.js', async (original) => {
  const real = await original<typeof import('../../../src/hearing/create-hearing.js')>();
  return { ...real, createHearing: stages.watched('createHearing', real.createHearing, (part) => part) };
});
vi.mock('../../../src/speech/stt/open-recognizer.js', async (original) => {
  const real = await original<typeof import('../../../src/speech/stt/open-recognizer.js')>();
  return {
    ...real,
    openRecognizer: stages.watched('openRecognizer', real.openRecognizer, (part) => part.recognizer),
  };
});
vi.mock('../../../src/speech/create-speech.js', async (original) => {
  const real = await original<typeof import('../../../src/speech/create-speech.js')>();
  return { ...real, createSpeech: stages.watched('createSpeech', real.createSpeech, (part) => part) };
});
vi.mock('../../../src/reply/create-reply-voice.js', async (original) => {
  const real = await original<typeof import('../../../src/reply/create-reply-voice.js')>();
  return {
    ...real,
    createReplyVoice: stages.watched('createReplyVoice', real.createReplyVoice, (part) => part),
  };
});
vi.mock('../../../src/expression/create-sinks.js', async (original) => {
  const real = await original<typeof import('../../../src/expression/create-sinks.js')>();
  return { ...real, createSinks: stages.watched('createSinks', real.createSinks, (part) => part.sink) };
});

const STAGES = [
  'openLlm',
  'openMemory',
  'createToolBox',
  'openKept',
  'openRecognizer',
  'createHearing',
  'createSpeech',
  'createReplyVoice',
  'createSinks',
] as const;
/** Those that take time, and so can be given up. */
const SLOW = STAGES.filter((name) => !['openMemory', 'createReplyVoice', 'createSinks'].includes(name));

describe('Opening a conversation', () => {
  const { state } = stages;
  const folder = mkdtempSync(join(tmpdir(), 'bridge-stages-'));
  let avatar: EmbeddedAvatar;

  beforeAll(async () => {
    avatar = await embeddedAvatar();
  });

  afterAll(async () => {
    await avatar.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(() => {
    state.failing = '';
    state.hanging = '';
    state.seen.length = 0;
    state.closed.length = 0;
  });

  const listeners = (): number =>
    (['laneState', 'message', 'sent'] as const).reduce(
      (count, name) => count + avatar.client.events.listenerCount(name),
      0,
    );

  function open(signal?: AbortSignal) {
    const clock = new CountingClock();
    const before = listeners();
    const chat = openChat(
      {
        hears: true,
        llm: { engine: 'offline' },
        tools: { memory: { type: 'file', folder } },
        keep: { store: 'memory' },
        recognition: { engine: 'ear', engines: { ear: { type: 'openai', apiKey: 'sk-test' } } },
        speech: { engine: 'voice', engines: { voice: { type: 'openai', apiKey: 'sk-test' } } },
        voice: { topology: 'stream' },
      },
      {
        ...{ client: avatar.client, clock, env: {}, host: systemHost({ PATH: '' }), logger: SILENT_LOGGER },
        ...{ version: 'test', signal },
      },
    );
    return { chat, clock, left: () => listeners() - before };
  }

  it('opens every part in this order, and closes all of them', async () => {
    const { chat, clock, left } = open();
    const opened = await chat;
    expect([...new Set(state.seen)]).toEqual(STAGES);
    expect([...state.open].sort()).toEqual([...STAGES].sort());
    await opened.close();
    expect([...state.open]).toEqual([]);
    expect(left()).toBe(0);
    expect(clock.waiting).toBe(0);
  });

  it.each(STAGES)('closes what was open before %s failed, and nothing is left', async (name) => {
    state.failing = name;
    const { chat, clock, left } = open();
    await expect(chat).rejects.toThrow(`${name} failed`);
    expect([...state.open]).toEqual([]);
    const before = STAGES.slice(0, STAGES.indexOf(name));
    expect(state.closed).toEqual(before.toReversed());
    expect(left()).toBe(0);
    expect(clock.waiting).toBe(0);
  });

  it.each(SLOW)('is given up while %s takes its time, and what comes late is closed', async (name) => {
    state.hanging = name;
    const reached = new Promise<void>((resolve) => {
      state.reached = resolve;
    });
    const stop = new AbortController();
    const { chat, clock, left } = open(stop.signal);
    await Promise.race([reached, chat]);
    stop.abort();
    await expect(chat).rejects.toMatchObject({ name: 'AbortError' });
    expect([...state.open].filter((part) => STAGES.indexOf(part as never) < STAGES.indexOf(name))).toEqual(
      [],
    );
    state.release();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([...state.open]).toEqual([]);
    expect(left()).toBe(0);
    expect(clock.waiting).toBe(0);
  });

  it('lets go of the avatar when the daemon refuses to be asked', async () => {
    const request = vi.spyOn(avatar.client, 'request').mockRejectedValueOnce(new Error('no such topic'));
    const { chat, left } = open();
    await expect(chat).rejects.toThrow('no such topic');
    expect(left()).toBe(0);
    request.mockRestore();
  });
});
