import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { connect, type LongTermMemory, type TalkOptions } from '../../../src/index.js';
import { openKept, readKeep } from '../../../src/kept/index.js';
import { SystemClock } from '../../../src/runtime/index.js';
import { type CliRig, cliRig } from '../cli/rig.js';
import { until } from '../daemon/rig.js';
import { FailingVendor } from '../dialogue/failing-vendor.js';

/** Says in which order it was told to remember and to forget, and of which session. */
function recordingMemory() {
  const told: string[] = [];
  const sessions: string[] = [];
  const note = (what: string, session = ''): void => {
    told.push(what);
    sessions.push(session);
  };
  const memory: LongTermMemory = {
    remember: ({ userText, session }) => note(`remember ${userText}`, session),
    search: async () => [],
    forget: async (_user, session) => note('forget', session),
    close: async () => {},
  };
  return { told, sessions, memory };
}

describe('A conversation that is forgotten in the midst of a reply', () => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  /** In the midst of a story, of which some was heard. */
  async function storyUnderWay() {
    const bridge = await connect({ embedded: { links: ['simulator:'] } });
    closing.push(() => bridge.close());
    const { told, memory } = recordingMemory();
    const talk = await bridge.talk({ llm: { engine: 'offline' }, voice: { topology: 'text' }, memory });
    closing.push(() => talk.close());
    const turn = talk.ask('Tell me a long story.');
    await new Promise<void>(
      (resolve) => void turn.events.on('heard', ({ text }) => text !== '' && resolve()),
    );
    return { talk, turn, told };
  }

  async function leavesNothing({
    talk,
    turn,
    told,
  }: Awaited<ReturnType<typeof storyUnderWay>>): Promise<void> {
    await talk.chat.forget();
    expect((await turn.ended).outcome).toBe('interrupted');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(told.at(-1)).toBe('forget');
  }

  it('leaves nothing of that turn in the long-term memory', async () => {
    await leavesNothing(await storyUnderWay());
  }, 30_000);

  it('leaves nothing of a turn that was stopped right before', async () => {
    const story = await storyUnderWay();
    story.talk.interrupt();
    await leavesNothing(story);
  }, 30_000);
});

describe('A conversation that goes on after it was forgotten', () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function begun(options: TalkOptions = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'forget-'));
    closing.push(() => rmSync(folder, { recursive: true, force: true }));
    const keep = { store: 'jsonl', folder, recordings: true };
    const tone = Int16Array.from({ length: 600 * 24 }, (_, at) => 6000 * Math.sin(at / 13));
    const headers = { 'content-type': 'audio/pcm' };
    const tts = await FailingVendor.start({ headers, body: new Uint8Array(tone.buffer) });
    closing.push(() => tts.close());
    const voice = { type: 'openai', baseUrl: tts.url, apiKey: 'sk-test' };
    const bridge = await connect({
      embedded: { links: ['simulator:'] },
      speech: { engine: 'voice', engines: { voice }, cacheBytes: 0 },
    });
    closing.push(() => bridge.close());
    // Under load an avatar takes longer than a conversation waits for it.
    await until(async () => (await bridge.status()).lanes[0]?.state === 'ready');
    const { memory, ...remembered } = recordingMemory();
    const told: (string | undefined)[] = [];
    const talk = await bridge.talk({
      ...{ llm: { engine: 'offline' }, keep, memory, user: 'taro' },
      hooks: [{ start: ({ session }) => void told.push(session) }],
      ...options,
    });
    closing.push(() => talk.close());
    /** What is on the disk when all is over. */
    const kept = async () => {
      await talk.close();
      const store = await openKept(await readKeep(keep), { clock: new SystemClock(), sweeps: false });
      const sessions = await store.list();
      const read = await Promise.all(sessions.map(({ id }) => store.read(id)));
      await store.close();
      return read;
    };
    return { folder, talk, told, remembered, kept };
  }

  it('is kept as another session, which tools, hooks and memory are told of; nothing is left of the first', async () => {
    const { folder, talk, told, remembered, kept } = await begun();
    const first = talk.chat.session;
    expect(await talk.ask('Before?').ended).toMatchObject({ outcome: 'completed' });
    await talk.chat.forget();
    const second = talk.chat.session;
    expect(second).toMatch(/^[0-9a-f]{32}$/);
    expect(second).not.toBe(first);
    await talk.ask('After?').ended;
    expect(told).toEqual([first, second]);
    expect(remembered.told).toEqual(['remember Before?', 'forget', 'remember After?']);
    expect(remembered.sessions).toEqual([first, first, second]);
    const sessions = await kept();
    expect(sessions.map((session) => session?.id)).toEqual([second]);
    expect(sessions[0]).toMatchObject({ user: 'taro', records: [{ user: 'After?' }] });
    expect(sessions[0]?.recordings.map(({ turn, side }) => `${turn} ${side}`)).toEqual(['2 avatar']);
    expect(readdirSync(folder).filter((name) => name.includes(first ?? ''))).toEqual([]);
  }, 30_000);

  it('keeps what is asked while the session before is still being removed', async () => {
    const { talk, kept } = await begun();
    const events: (string | undefined)[] = [];
    talk.events.on('forgotten', () => events.push(talk.chat.session));
    const cut = talk.ask('Tell me a long story.');
    await new Promise<void>((resolve) => void cut.events.on('sounded', () => resolve()));
    const forgotten = talk.chat.forget();
    const after = talk.ask('After?');
    await forgotten;
    await after.ended;
    expect(events).toEqual([talk.chat.session]);
    const [only, ...others] = await kept();
    expect(others).toEqual([]);
    expect(only?.id).toBe(events[0]);
    expect(only?.records.map(({ user }) => user)).toEqual(['After?']);
  }, 30_000);

  it('has no name where nothing is kept, and tools are told of another conversation all the same', async () => {
    const { talk, told } = await begun({ keep: { store: 'none' }, voice: { topology: 'text' } });
    await talk.ask('Before?').ended;
    await talk.chat.forget();
    expect(talk.chat.session).toBeUndefined();
    await talk.ask('After?').ended;
    expect(new Set(told).size).toBe(2);
  }, 30_000);
});

describe('chat, told to /forget', () => {
  let rig: CliRig | undefined;
  afterEach(() => rig?.close());

  it('says under which name what comes now is kept', async () => {
    rig = cliRig();
    const config = rig.file('bridge.json', JSON.stringify({ keep: { store: 'jsonl', folder: 'kept' } }));
    const script = rig.file('script.txt', 'Before?\n/forget\nAfter?\n');
    const { code, stdout, stderr } = await rig.run(
      ...['chat', '--json', '--topology', 'text', '--llm', 'offline', '--config', config, '--script', script],
    );
    expect(code, stderr).toBe(0);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const [ready] = events.filter(({ event }) => event === 'ready');
    const [forgotten] = events.filter(({ event }) => event === 'forgotten');
    expect(forgotten.session).toMatch(/^[0-9a-f]{32}$/);
    expect(forgotten.session).not.toBe(ready.session);
    const told = events.filter(({ event }) => event === 'told').map(({ text }) => text);
    expect(told.at(-1)).toContain(forgotten.session);
    const ends = events.filter(({ event }) => event === 'turnEnded').map(({ session }) => session);
    expect(ends).toEqual([ready.session, forgotten.session]);
    const list = await rig.run('sessions', 'list', '--json', '--config', config);
    expect(JSON.parse(list.stdout).sessions).toMatchObject([{ id: forgotten.session, turns: 1 }]);
  }, 60_000);
});
