import { describe, expect, it } from 'vitest';
import { openRealtime } from '../../../src/realtime/index.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { type Answer, RealtimeServer } from '../../support/realtime-server.js';
import { ENGINE, type Rig, rig, Speech, soundOf, textOf } from './session-rig.js';

const WORKS: Answer = { says: [{ text: 'I am here.' }] };

async function withAnswers(answers: readonly Answer[], engine = {}, options = {}): Promise<Rig> {
  const server = new RealtimeServer();
  server.answers = answers;
  return rig(options, engine, server);
}

/** The next turn must work, whatever happened before it. */
async function expectNextTurn({ start, settle }: Rig): Promise<void> {
  const next = start({ sound: new Speech().say(300).end() });
  await settle(1000);
  expect(textOf(next)).toBe('I am here.');
}

describe('RealtimeSession under faults', () => {
  describe('before the answer', () => {
    it('says all of a spoken turn once more when the connection breaks', async () => {
      const run = await withAnswers([{ says: ['drop'] }, WORKS]);
      const heard = run.start({ sound: new Speech().say(700).end() });
      await run.settle(1000);
      expect(textOf(heard)).toBe('I am here.');
      expect(run.server.sessions).toHaveLength(2);
      expect(run.server.last.items[0]?.item).toEqual({ soundMs: 700 });
      expect(run.told.map(([name]) => name)).toEqual(['dropped', 'connected']);
    });

    it('goes on with the sound on the next connection when it breaks while the user speaks', async () => {
      const run = await withAnswers([WORKS]);
      const speech = new Speech().say(400);
      const heard = run.start({ sound: speech });
      await run.settle();
      run.server.last.drop();
      await run.settle(1000);
      speech.say(400).end();
      await run.settle(1000);
      expect(textOf(heard)).toBe('I am here.');
      expect(run.server.last.items[0]?.item).toEqual({ soundMs: 800 });
    });

    it('gives the conversation to the next connection', async () => {
      const run = await withAnswers(
        [{ says: ['drop'] }, WORKS],
        {},
        {
          history: () => [{ role: 'user', text: 'Hello' }],
        },
      );
      run.start({ text: 'And now?' });
      await run.settle(1000);
      expect(run.server.last.items.map(({ role, item }) => [role, item['content']])).toMatchObject([
        ['user', [{ text: 'Hello' }]],
        ['user', [{ text: 'And now?' }]],
        ['assistant', undefined],
      ]);
    });

    it('gives a result with its call to a connection that does not know the call', async () => {
      const run = await withAnswers([{ says: [{ call: 'look', arguments: '{"at":1}' }] }, WORKS]);
      const first = run.start({ text: 'Look' });
      await run.settle();
      const call = first.parts.find((part) => part.type === 'call');
      run.server.last.drop();
      await run.settle(1000);
      const callId = call?.type === 'call' ? call.call.id : '';
      const second = run.start({ results: [{ callId, result: 'a cat' }] });
      await run.settle(1000);
      expect(textOf(second)).toBe('I am here.');
      expect(run.server.last.items.slice(0, 2).map(({ item }) => item)).toMatchObject([
        { type: 'function_call', call_id: callId, name: 'look', arguments: '{"at":1}' },
        { type: 'function_call_output', call_id: callId, output: 'a cat' },
      ]);
    });

    it('takes a stall for a dead connection', async () => {
      const run = await withAnswers([{ says: ['wait'] }, WORKS], { firstByteMs: 3000, idleMs: 2000 });
      run.server.deaf.add('response.create');
      const heard = run.start({ text: 'Hello' });
      await run.settle();
      await run.settle(2000);
      expect(heard.isDone).toBe(false);
      run.server.deaf.clear();
      run.server.answers = [WORKS];
      await run.settle(4000);
      expect(textOf(heard)).toBe('I am here.');
      expect(run.told[0]).toMatchObject(['dropped', { code: 'BRIDGE_ERR_LLM_STALLED' }]);
    });

    it('tries twice, not more', async () => {
      const run = await withAnswers([{ says: ['drop'] }, { says: ['drop'] }, WORKS]);
      const heard = run.start({ text: 'Hello' });
      await run.settle(2000);
      expect(heard.error).toMatchObject({ code: 'BRIDGE_ERR_LLM_TRUNCATED', retryable: true });
      await expectNextTurn(run);
    });

    it.each([
      ['server_error', 'server_error', 'BRIDGE_ERR_LLM_FAILED', 3],
      ['rate_limit_exceeded', 'requests', 'BRIDGE_ERR_LLM_BUSY', 3],
    ])('tries a failed answer once more when it may pass: %s', async (code, type, expected, sessions) => {
      const failed: Answer = {
        says: [{ status: 'failed', details: { error: { code, type, message: 'no' } } }],
      };
      const run = await withAnswers([failed, failed, WORKS]);
      const heard = run.start({ text: 'Hello' });
      await run.settle(2000);
      expect(heard.error).toMatchObject({ code: expected });
      await expectNextTurn(run);
      expect(run.server.sessions.length).toBeLessThanOrEqual(sessions);
    });

    it.each([
      ['insufficient_quota', 'BRIDGE_ERR_LLM_BUSY'],
      ['content_filter', 'BRIDGE_ERR_LLM_FILTERED'],
      ['invalid_api_key', 'BRIDGE_ERR_LLM_KEY'],
      ['model_not_found', 'BRIDGE_ERR_LLM_MODEL'],
    ])('gives up at once when it will not pass: %s', async (code, expected) => {
      const run = await withAnswers([
        { says: [{ status: 'failed', details: { error: { code, message: 'no' } } }] },
      ]);
      const heard = run.start({ text: 'Hello' });
      await run.settle(1000);
      expect(heard.error).toMatchObject({ code: expected, retryable: false });
      expect(run.server.sessions).toHaveLength(1);
    });

    it.each([true, false])('tells what was refused (errors name their cause: %s)', async (namesCauses) => {
      const run = await withAnswers([WORKS]);
      run.server.namesCauses = namesCauses;
      run.server.refusals.set('response.create', { code: 'invalid_value', message: 'Voice is wrong' });
      const heard = run.start({ text: 'Hello' });
      await run.settle(1000);
      expect(heard.error).toMatchObject({
        code: 'BRIDGE_ERR_LLM_REFUSED',
        message:
          'rt: api.openai.com reported invalid_value: "Voice is wrong"; change the engine\'s options, or what it is asked',
      });
      run.server.refusals.clear();
      await expectNextTurn(run);
    });

    it('keeps keys and prompts out of messages', async () => {
      const run = await withAnswers([WORKS], {}, { instructions: 'The secret word is swordfish.' });
      run.server.refusals.set('response.create', {
        code: 'invalid_value',
        message: 'key sk-secret-key-1 with The secret word is swordfish.',
      });
      const heard = run.start({ text: 'Hello' });
      await run.settle(1000);
      const { message } = heard.error as Error;
      expect(message).not.toContain('sk-secret-key-1');
      expect(message).not.toContain('swordfish');
    });
  });

  describe('in the middle of the answer', () => {
    it.each<[string, Answer, string]>([
      ['a broken connection', { says: [{ soundMs: 100 }, 'drop'] }, 'BRIDGE_ERR_LLM_TRUNCATED'],
      ['garbage', { says: [{ soundMs: 100 }, { raw: '<html>' }] }, 'BRIDGE_ERR_LLM_FAILED'],
      ['JSON that is no event', { says: [{ soundMs: 100 }, { raw: '[1]' }] }, 'BRIDGE_ERR_LLM_FAILED'],
      [
        'sound that is none',
        { says: [{ soundMs: 100 }, { raw: '{"type":"response.output_audio.delta","delta":"%%"}' }] },
        'BRIDGE_ERR_LLM_FAILED',
      ],
      [
        'a failure',
        { says: [{ soundMs: 100 }, { status: 'failed', details: { error: { type: 'server_error' } } }] },
        'BRIDGE_ERR_LLM_FAILED',
      ],
      [
        'a failure without a word',
        { says: [{ soundMs: 100 }, { status: 'failed' }] },
        'BRIDGE_ERR_LLM_FAILED',
      ],
    ])('%s gives what came, then the fault, and is not said twice', async (_what, answer, code) => {
      const run = await withAnswers([answer, WORKS]);
      const heard = run.start({ text: 'Hello' });
      await run.settle(1000);
      expect(soundOf(heard).byteLength).toBe(4800);
      expect(heard.error).toMatchObject({ code });
      await expectNextTurn(run);
    });

    it('silence is a stall after idleMs', async () => {
      const run = await withAnswers([{ says: [{ soundMs: 100 }, 'wait'] }, WORKS], { idleMs: 2000 });
      const heard = run.start({ text: 'Hello' });
      await run.settle();
      await run.settle(1900);
      expect(heard.isDone).toBe(false);
      await run.settle(200);
      expect(heard.error).toMatchObject({ code: 'BRIDGE_ERR_LLM_STALLED' });
      await expectNextTurn(run);
    });

    it('a cut after the connection was replaced is not sent to the new one', async () => {
      const run = await withAnswers([{ says: [{ soundMs: 1000 }] }, WORKS]);
      const heard = run.start({ text: 'Hello' });
      await run.settle();
      run.server.last.drop();
      await run.settle(1000);
      await heard.turn.truncate(500);
      await run.settle();
      expect(run.server.last.ofType('conversation.item.truncate')).toEqual([]);
    });

    it('an unknown event harms nothing', async () => {
      const run = await withAnswers([
        { says: [{ raw: '{"type":"response.new_thing","x":1}' }, { text: 'Hi' }] },
      ]);
      const heard = run.start({ text: 'Hello' });
      await run.settle();
      expect(textOf(heard)).toBe('Hi');
      expect(run.told).toEqual([]);
    });
  });

  describe('between turns', () => {
    it('opens the next connection when one is lost, and the next turn knows nothing of it', async () => {
      const run = await withAnswers([WORKS]);
      run.server.last.close(1001, 'Your session hit the maximum duration of 60 minutes.');
      await run.settle(1000);
      expect(run.told).toMatchObject([
        ['dropped', { code: 'BRIDGE_ERR_LLM_TRUNCATED' }],
        ['connected', true],
      ]);
      await expectNextTurn(run);
    });

    it('does so when the server says that the session is too old', async () => {
      const run = await withAnswers([WORKS]);
      run.server.last.fail('session_expired', 'Your session hit the maximum duration of 60 minutes.');
      await run.settle(1000);
      expect(run.server.sessions).toHaveLength(2);
      await expectNextTurn(run);
    });

    it('takes a new one before the server ends it, with what was said so far', async () => {
      const run = await withAnswers(
        [WORKS],
        { maxSessionMinutes: 10 },
        {
          history: () => [{ role: 'assistant', text: 'So far.' }],
        },
      );
      await run.settle(0);
      await run.clock.advanceAsync(10 * 60_000 + 1000);
      await run.settle(1000);
      expect(run.server.sessions).toHaveLength(2);
      expect(run.server.last.items).toHaveLength(1);
      await expectNextTurn(run);
    });

    it('does not do so in the middle of a turn, nor right after it', async () => {
      const run = await withAnswers([{ says: [{ soundMs: 100 }, 'wait'] }], {
        maxSessionMinutes: 1,
        idleMs: 300_000,
      });
      const heard = run.start({ text: 'Hello' });
      await run.settle();
      await run.clock.advanceAsync(90_000);
      expect(run.server.sessions).toHaveLength(1);
      run.server.last.go();
      await run.settle();
      expect(heard.parts.at(-1)).toEqual({ type: 'end', reason: 'stop' });
      await run.clock.advanceAsync(20_000);
      expect(run.server.sessions).toHaveLength(1);
      await run.clock.advanceAsync(20_000);
      await run.settle(1000);
      expect(run.server.sessions).toHaveLength(2);
    });

    it('finds out that a quiet connection is dead', async () => {
      const run = await withAnswers([WORKS]);
      const socket = run.server.sockets[0];
      if (socket !== undefined) socket.pongs = false;
      await run.clock.advanceAsync(45_000);
      await run.settle(1000);
      expect(run.server.sessions).toHaveLength(2);
      await expectNextTurn(run);
    });

    it('tells an outage by the turn, and works again after it', async () => {
      const run = await withAnswers([WORKS]);
      run.server.door = 'refused';
      run.server.last.drop();
      await run.settle(1000);
      const heard = run.start({ text: 'Hello' });
      await run.settle(1000);
      expect(heard.error).toMatchObject({ code: 'BRIDGE_ERR_LLM_UNREACHABLE' });
      run.server.door = 'open';
      await expectNextTurn(run);
    });

    it('warns of an error that belongs to no turn', async () => {
      const run = await withAnswers([WORKS]);
      run.server.last.fail('unknown_parameter', 'Unknown parameter');
      run.server.last.fail('response_cancel_not_active', 'no active response found');
      await run.settle();
      expect(run.told).toEqual([['warned', expect.stringContaining('unknown_parameter')]]);
    });

    it('stops an answer that nobody asked for', async () => {
      const run = await withAnswers([WORKS]);
      run.server.last.send({ type: 'response.created', response: { id: 'r9' } });
      await run.settle();
      expect(run.server.last.ofType('response.cancel')).toMatchObject([{ response_id: 'r9' }]);
    });

    it('warns when something of the history is not taken back', async () => {
      const run = await withAnswers([WORKS], {}, { history: () => [{ role: 'user', text: 'Hello' }] });
      run.server.refusals.set('conversation.item.create', { code: 'invalid_value', message: 'no' });
      run.server.last.drop();
      await run.settle(1000);
      expect(run.told).toContainEqual([
        'warned',
        expect.stringMatching(/^Something of what was said before could not be given back\. rt:/),
      ]);
      run.server.refusals.clear();
      await expectNextTurn(run);
    });
  });

  describe('at the door', () => {
    const opened = async (prepare: (server: RealtimeServer) => void, engine = {}): Promise<unknown> => {
      const server = new RealtimeServer();
      prepare(server);
      return rig({}, engine, server).then(
        () => undefined,
        (error: unknown) => error,
      );
    };

    it('tells settings that are refused', async () => {
      const error = await opened((server) =>
        server.refusals.set('session.update', { code: 'invalid_value', message: 'Invalid voice' }),
      );
      expect(error).toMatchObject({ code: 'BRIDGE_ERR_LLM_REFUSED', retryable: false });
    });

    it('tells a server that does not answer', async () => {
      expect(await opened((server) => (server.door = 'silent'), { firstByteMs: 2000 })).toMatchObject({
        code: 'BRIDGE_ERR_LLM_UNREACHABLE',
      });
      expect(await opened((server) => (server.door = 'refused'))).toMatchObject({
        code: 'BRIDGE_ERR_LLM_UNREACHABLE',
      });
    });

    it('tells a server that answers nothing to the settings', async () => {
      expect(
        await opened((server) => server.deaf.add('session.update'), { firstByteMs: 2000 }),
      ).toMatchObject({ code: 'BRIDGE_ERR_LLM_STALLED' });
    });

    it('tells a missing key without a word to the server', async () => {
      const server = new RealtimeServer();
      const model = openRealtime(
        { engine: 'openai-realtime' },
        { clock: new FakeClock(), env: {}, openSocket: server.openSocket },
      );
      await expect(model).rejects.toMatchObject({ code: 'BRIDGE_ERR_LLM_ENGINE' });
      expect(server.opened).toEqual([]);
    });

    it('opens only what is a speech-to-speech model', async () => {
      const ports = { clock: new FakeClock(), env: {} };
      await expect(openRealtime({ engine: 'offline' }, ports)).rejects.toThrow(/type: openai-realtime/);
      const model = await openRealtime({ engines: { rt: ENGINE }, model: 'gpt-9' }, ports);
      expect([model.name, model.type, model.model]).toEqual(['rt', 'openai-realtime', 'gpt-9']);
      await model.close();
      await expect(model.connect({ instructions: '' })).rejects.toMatchObject({ code: 'BRIDGE_ERR_STATE' });
    });
  });
});
