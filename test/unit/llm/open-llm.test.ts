import { describe, expect, it } from 'vitest';
import {
  type ChatMessage,
  type ChatPart,
  type ChatRequest,
  type Llm,
  type LlmSettings,
  openLlm,
} from '../../../src/llm/index.js';
import { FakeClock, ProviderError } from '../../../src/runtime/index.js';
import { END, ScriptedModel, type Step, text } from '../../support/llm/scripted-model.js';

const HELLO: readonly ChatMessage[] = [{ role: 'user', text: 'Hello' }];

function fault(
  more: Partial<{ retryable: boolean; retryAfterMs: number; code: string }> = {},
): ProviderError {
  const { retryable = true, retryAfterMs, code = 'BRIDGE_ERR_LLM_BUSY' } = more;
  return new ProviderError(code as 'BRIDGE_ERR_LLM_BUSY', 'too many requests', {
    provider: 'scripted',
    retryable,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

interface Rig {
  readonly llm: Llm;
  readonly clock: FakeClock;
  readonly told: unknown[];
  ask(request?: Partial<ChatRequest>): Promise<Outcome>;
}

interface Outcome {
  readonly parts: readonly ChatPart[];
  readonly error: unknown;
  readonly tookMs: number;
}

async function rig(
  models: Readonly<Record<string, readonly (readonly Step[])[] | ScriptedModel>>,
  settings: Partial<LlmSettings> = {},
): Promise<Rig> {
  const clock = new FakeClock();
  const custom = Object.fromEntries(
    Object.entries(models).map(([name, script]) => [
      name,
      script instanceof ScriptedModel ? script : new ScriptedModel(name, script, clock),
    ]),
  );
  const llm = await openLlm(
    { engine: Object.keys(models).join(','), custom, ...settings },
    { clock, env: {}, random: () => 1 },
  );
  const told: unknown[] = [];
  for (const name of ['chosen', 'retried', 'fellBack', 'warned'] as const)
    llm.events.on(name, (value) => told.push([name, value]));
  return { llm, clock, told, ask: (request) => outcome(llm, clock, request) };
}

async function outcome(llm: Llm, clock: FakeClock, request: Partial<ChatRequest> = {}): Promise<Outcome> {
  const startedMs = clock.nowMs();
  const parts: ChatPart[] = [];
  let error: unknown;
  let isDone = false;
  (async () => {
    for await (const part of llm.stream({ messages: HELLO, ...request })) parts.push(part);
  })()
    .catch((thrown: unknown) => {
      error = thrown;
    })
    .finally(() => {
      isDone = true;
    });
  while (!isDone) await clock.advanceAsync(50);
  return { parts, error, tookMs: clock.nowMs() - startedMs };
}

const said = ({ parts }: Outcome): string =>
  parts.map((part) => (part.type === 'text' ? part.text : '')).join('');

describe('openLlm', () => {
  describe('an answer', () => {
    it('comes as the model gives it, and tells who thinks', async () => {
      const { ask, told, clock } = await rig({ one: [[text('Hi'), text(' there'), END]] });
      expect((await ask()).parts).toEqual([text('Hi'), text(' there'), END]);
      await ask();
      expect(told).toEqual([
        ['chosen', { engine: 'one', type: 'scripted', model: 'one-model', why: 'it was asked for' }],
      ]);
      expect(clock.pendingCount).toBe(0);
    });

    it('has no empty pieces, and nothing after its end', async () => {
      const { ask } = await rig({ one: [[text(''), text('Hi'), END, text('more')]] });
      expect((await ask()).parts).toEqual([text('Hi'), END]);
    });

    it('ends with calls when there were calls, whatever the model says', async () => {
      const call = { id: '', name: 'look', argumentsJson: '{}' };
      const { ask } = await rig({ one: [[{ type: 'call', call }, END]] });
      expect((await ask()).parts).toEqual([
        { type: 'call', call: { ...call, id: 'call-1' } },
        { type: 'end', reason: 'calls' },
      ]);
    });

    it('may be nothing but an end', async () => {
      const { ask } = await rig({ one: [[END]] });
      expect((await ask()).parts).toEqual([END]);
    });

    it('is asked for with the settings of the conversation, unless the request has its own', async () => {
      const model = new ScriptedModel('one', [[END]]);
      const { ask } = await rig({ one: model }, { temperature: 0.5, maxTokens: 100 });
      await ask();
      await ask({ temperature: 1 });
      expect(model.requests).toMatchObject([
        { temperature: 0.5, maxTokens: 100 },
        { temperature: 1, maxTokens: 100 },
      ]);
    });

    it('ends at once when it is aborted, with the reason, and lets the model go', async () => {
      const clock = new FakeClock();
      const model = new ScriptedModel('one', [[text('Hi'), { waitMs: 5000 }, END]], clock);
      const { llm } = await rig({ one: model });
      const abort = new AbortController();
      const parts = llm.stream({ messages: HELLO, signal: abort.signal })[Symbol.asyncIterator]();
      expect(await parts.next()).toEqual({ done: false, value: text('Hi') });
      const next = parts.next();
      abort.abort(new Error('interrupted'));
      await expect(next).rejects.toThrow('interrupted');
      expect(model.left).toBe(1);
      expect(clock.pendingCount).toBe(0);
      expect(llm.usage()).toMatchObject([{ requests: 1, failures: 0 }]);
    });

    it('lets the model go when it is left early', async () => {
      const model = new ScriptedModel('one', [[text('Hi'), 'hang']]);
      const { llm, clock } = await rig({ one: model });
      for await (const _part of llm.stream({ messages: HELLO })) break;
      expect(model.left).toBe(1);
      expect(clock.pendingCount).toBe(0);
    });

    it('is counted with its tokens', async () => {
      const usage: ChatPart = { type: 'usage', inputTokens: 10, outputTokens: 3 };
      const { ask, llm } = await rig({ one: [[text('Hi'), usage, END]] });
      await ask();
      await ask();
      expect(llm.usage()).toEqual([
        { engine: 'one', requests: 2, retries: 0, failures: 0, inputTokens: 20, outputTokens: 6 },
      ]);
    });
  });

  describe('a fault before the first part', () => {
    it('is tried again after a wait that doubles', async () => {
      const { ask, told } = await rig({ one: [[{ fail: fault() }], [{ fail: fault() }], [text('Hi'), END]] });
      const answer = await ask();
      expect(said(answer)).toBe('Hi');
      expect(answer.tookMs).toBeGreaterThanOrEqual(750);
      expect(told.filter((event) => (event as string[])[0] === 'retried')).toMatchObject([
        ['retried', { engine: 'one', delayMs: 250 }],
        ['retried', { engine: 'one', delayMs: 500 }],
      ]);
    });

    it('is thrown after the last try', async () => {
      const { ask, llm } = await rig({ one: [[{ fail: fault() }]] });
      expect((await ask()).error).toMatchObject({ code: 'BRIDGE_ERR_LLM_BUSY' });
      expect(llm.usage()).toMatchObject([{ requests: 3, retries: 2, failures: 3 }]);
    });

    it('waits as long as the provider asks', async () => {
      const { ask, told } = await rig({
        one: [[{ fail: fault({ retryAfterMs: 3000 }) }], [text('Hi'), END]],
      });
      expect((await ask()).tookMs).toBeGreaterThanOrEqual(3000);
      expect(told[0]).toMatchObject(['retried', { delayMs: 3000 }]);
    });

    it('does not wait when the provider asks for more than anybody listens', async () => {
      const { ask, llm } = await rig({ one: [[{ fail: fault({ retryAfterMs: 60_000 }) }]] });
      const answer = await ask();
      expect(answer.error).toMatchObject({ retryAfterMs: 60_000 });
      expect(answer.tookMs).toBeLessThan(1000);
      expect(llm.usage()).toMatchObject([{ requests: 1 }]);
    });

    it('is not tried again when that cannot help', async () => {
      const { ask, llm } = await rig({ one: [[{ fail: fault({ retryable: false }) }]] });
      expect((await ask()).error).toBeInstanceOf(ProviderError);
      expect(llm.usage()).toMatchObject([{ requests: 1 }]);
    });

    it('stops being tried when the request is aborted', async () => {
      const { llm, clock } = await rig({ one: [[{ fail: fault() }]] });
      const abort = new AbortController();
      const reading = (async () => {
        for await (const _part of llm.stream({ messages: HELLO, signal: abort.signal }));
      })();
      await clock.advanceAsync(100);
      abort.abort(new Error('no longer'));
      await expect(reading).rejects.toThrow('no longer');
      expect(clock.pendingCount).toBe(0);
    });

    it('lets thoughts out, and what belongs to the message only from the try that answers', async () => {
      const thought: ChatPart = { type: 'reasoning', text: 'hm' };
      const { ask } = await rig({
        one: [
          [thought, { type: 'vendor', value: 'first' }, { fail: fault() }],
          [thought, { type: 'vendor', value: 'second' }, text('Hi'), END],
        ],
      });
      const { parts } = await ask();
      expect(parts.filter(({ type }) => type === 'reasoning')).toHaveLength(2);
      expect(parts.filter(({ type }) => type === 'vendor')).toMatchObject([{ value: { value: 'second' } }]);
    });
  });

  describe('a fault after the first part', () => {
    it.each<[string, Step, string]>([
      ['an error', { fail: fault() }, 'BRIDGE_ERR_LLM_BUSY'],
      ['a stop without an end', 'cut', 'BRIDGE_ERR_LLM_TRUNCATED'],
      ['silence', 'hang', 'BRIDGE_ERR_LLM_STALLED'],
      ['an error of a class of its own', { fail: new TypeError('oops') }, 'BRIDGE_ERR_LLM_FAILED'],
    ])('is thrown, and nobody else is asked: %s', async (_what, step, code) => {
      const { ask, told } = await rig({ one: [[text('Hi'), step]], two: [[text('Other'), END]] });
      const answer = await ask();
      expect(said(answer)).toBe('Hi');
      expect(answer.error).toMatchObject({ code });
      expect(told.map((event) => (event as string[])[0])).toEqual(['chosen']);
    });

    it('counts a call as a first part', async () => {
      const call = { id: 'a', name: 'look', argumentsJson: '' };
      const { ask } = await rig({
        one: [[{ type: 'call', call }, { fail: fault() }]],
        two: [[text('Other'), END]],
      });
      const answer = await ask();
      expect(answer.error).toMatchObject({ code: 'BRIDGE_ERR_LLM_BUSY' });
      expect(said(answer)).toBe('');
    });

    it('leaves the next turn as good as new', async () => {
      const { ask } = await rig({
        one: [
          [text('Hi'), 'cut'],
          [text('Again'), END],
        ],
      });
      await ask();
      expect(said(await ask())).toBe('Again');
    });
  });

  describe('silence', () => {
    it('is a fault: 60 s before the first part, 30 s between parts, for a model that says nothing of its patience', async () => {
      const before = await rig({ one: [['hang']] }, { retries: 0 });
      expect(await before.ask()).toMatchObject({
        error: { code: 'BRIDGE_ERR_LLM_STALLED', retryable: true },
        tookMs: 60_000,
      });
      const between = await rig({ one: [[text('Hi'), 'hang']] });
      expect(await between.ask()).toMatchObject({
        error: { code: 'BRIDGE_ERR_LLM_STALLED' },
        tookMs: 30_000,
      });
      expect(between.clock.pendingCount).toBe(0);
    });

    it('is not waited for twice', async () => {
      const { ask, llm } = await rig({ one: [['hang']] });
      await ask();
      expect(llm.usage()).toMatchObject([{ requests: 1 }]);
    });

    it('counts only while somebody waits', async () => {
      const { llm, clock } = await rig({ one: [[text('Hi'), text(' there'), END]] });
      const parts = llm.stream({ messages: HELLO })[Symbol.asyncIterator]();
      await parts.next();
      await clock.advanceAsync(600_000);
      expect(await parts.next()).toEqual({ done: false, value: text(' there') });
    });
  });

  describe('the next engine', () => {
    it('takes over before the first part, and is told', async () => {
      const { ask, told } = await rig({
        one: [[{ fail: fault({ retryable: false, code: 'BRIDGE_ERR_LLM_KEY' }) }]],
        two: [[text('Other'), END]],
      });
      expect(said(await ask())).toBe('Other');
      expect(told).toMatchObject([
        ['fellBack', { from: 'one', to: 'two', error: { code: 'BRIDGE_ERR_LLM_KEY' } }],
        ['chosen', { engine: 'two', why: 'one failed' }],
      ]);
    });

    it('is asked first while the one before it rests, and then no longer', async () => {
      const { ask, llm, clock } = await rig({
        one: [[{ fail: fault({ retryable: false }) }], [text('One'), END]],
        two: [[text('Two'), END]],
      });
      expect(llm.name).toBe('one');
      await ask();
      expect(llm.name).toBe('two');
      expect(said(await ask())).toBe('Two');
      await clock.advanceAsync(30_000);
      expect(llm.name).toBe('one');
      expect(said(await ask())).toBe('One');
    });

    it('does not keep one that rests from being asked when nobody else answers', async () => {
      const broken = { fail: fault({ retryable: false }) };
      const { ask } = await rig({ one: [[broken], [text('One'), END]], two: [[broken]] });
      await ask();
      expect(said(await ask())).toBe('One');
    });

    it('throws what the last one threw when all fail', async () => {
      const { ask } = await rig({
        one: [[{ fail: fault({ retryable: false }) }]],
        two: [[{ fail: fault({ retryable: false, code: 'BRIDGE_ERR_LLM_KEY' }) }]],
      });
      expect((await ask()).error).toMatchObject({ code: 'BRIDGE_ERR_LLM_KEY' });
    });

    it('is not asked what the one before it will not talk about', async () => {
      const { ask } = await rig({
        one: [[{ fail: fault({ retryable: false, code: 'BRIDGE_ERR_LLM_FILTERED' }) }]],
        two: [[text('Other'), END]],
      });
      expect((await ask()).error).toMatchObject({ code: 'BRIDGE_ERR_LLM_FILTERED' });
    });
  });

  describe('what a model cannot take', () => {
    const IMAGE: ChatMessage = { role: 'user', text: '', images: ['data:image/png;base64,AA=='] };
    const TOOL = { name: 'look', description: '', parameters: {} };

    it('is left out: images, with one warning', async () => {
      const model = new ScriptedModel('one', [[END]]);
      model.seesImages = false;
      const { ask, told } = await rig({ one: model });
      await ask({ messages: [IMAGE] });
      await ask({ messages: [IMAGE, ...HELLO] });
      expect(model.requests[0]?.messages).toEqual([{ role: 'user', text: '(an image)' }]);
      expect(told.filter((event) => (event as string[])[0] === 'warned')).toHaveLength(1);
    });

    it('is left out: tools and the traces of tools, with one warning', async () => {
      const model = new ScriptedModel('one', [[END]]);
      model.callsTools = false;
      const { ask, told } = await rig({ one: model });
      const call = { id: 'a', name: 'look', argumentsJson: '{}' };
      const messages: ChatMessage[] = [
        ...HELLO,
        { role: 'assistant', text: '', calls: [call] },
        { role: 'tool', callId: 'a', name: 'look', result: 'nothing' },
        { role: 'assistant', text: 'I looked.', calls: [call] },
      ];
      await ask({ messages, tools: [TOOL], toolChoice: 'auto' });
      expect(model.requests[0]).toMatchObject({
        messages: [...HELLO, { role: 'assistant', text: 'I looked.' }],
      });
      expect(model.requests[0]).not.toHaveProperty('tools');
      expect(model.requests[0]).not.toHaveProperty('toolChoice');
      expect(told.filter((event) => (event as string[])[0] === 'warned')).toHaveLength(1);
    });

    it('is given to those that can', async () => {
      const model = new ScriptedModel('one', [[END]]);
      const { ask, told } = await rig({ one: model });
      await ask({ messages: [IMAGE], tools: [TOOL], toolChoice: 'required' });
      expect(model.requests[0]).toMatchObject({ messages: [IMAGE], tools: [TOOL], toolChoice: 'required' });
      expect(told).toHaveLength(1);
    });

    it('goes back to the model that gave it, and to no other', async () => {
      const one = new ScriptedModel('one', [
        [{ type: 'vendor', value: { signature: 's' } }, text('Hi'), END],
        [{ fail: fault({ retryable: false }) }],
      ]);
      const two = new ScriptedModel('two', [[END]]);
      const { ask } = await rig({ one, two });
      const { parts } = await ask();
      // As it comes back from a file.
      const vendor = JSON.parse(
        JSON.stringify(parts.flatMap((part) => (part.type === 'vendor' ? [part.value] : []))),
      ) as unknown[];
      await ask({ messages: [...HELLO, { role: 'assistant', text: 'Hi', vendor }, ...HELLO] });
      expect(one.requests[1]?.messages[1]).toEqual({
        role: 'assistant',
        text: 'Hi',
        vendor: [{ signature: 's' }],
      });
      expect(two.requests[0]?.messages[1]).toEqual({ role: 'assistant', text: 'Hi' });
    });
  });

  describe('the choice', () => {
    const open = (settings: LlmSettings, env: Record<string, string> = {}) =>
      openLlm(settings, { clock: new FakeClock(), env });

    it('is the demonstration when nothing is set up', async () => {
      const llm = await open({});
      expect([llm.name, llm.type]).toEqual(['offline', 'offline']);
    });

    it('is a model that the program brings before all others', async () => {
      const llm = await open({ custom: { mine: new ScriptedModel('other', [[END]]) } });
      expect([llm.name, llm.type, llm.model]).toEqual(['mine', 'scripted', 'other-model']);
    });

    it('is the first of the section that is set up', async () => {
      const llm = await open(
        { engines: { talker: { type: 'offline', charMs: 1 } } },
        { OPENAI_API_KEY: 'sk-x' },
      );
      expect(llm.name).toBe('talker');
    });

    it('is never one of speech-to-speech', async () => {
      const llm = await open({ engines: { rt: { type: 'openai-realtime', apiKey: 'sk-x' } } });
      expect(llm.name).toBe('offline');
      await expect(open({ engine: 'openai-realtime' }, { OPENAI_API_KEY: 'sk-x' })).rejects.toMatchObject({
        code: 'BRIDGE_ERR_LLM_ENGINE',
      });
    });

    it('names what was probably meant', async () => {
      await expect(open({ engine: 'ofline' })).rejects.toThrow(/got "ofline"\. Did you mean offline\?/);
    });

    it('takes auto in a list', async () => {
      const llm = await open({
        engine: 'auto,offline',
        custom: { mine: new ScriptedModel('mine', [[END]]) },
      });
      expect(llm.usage().map(({ engine }) => engine)).toEqual(['mine', 'offline']);
    });

    it('refuses options that an engine does not have, with the path', async () => {
      await expect(open({ engines: { offline: { charsMs: 1 } } })).rejects.toThrow(
        'llmEngines.offline.charsMs: there is no such setting. Did you mean charMs?',
      );
    });

    it('refuses a type that is none', async () => {
      await expect(open({ engines: { a: { type: 'offlin' } } })).rejects.toThrow(
        /llmEngines\.a\.type.*offline/,
      );
    });

    it('warns that the demonstration has no other models', async () => {
      const llm = await open({ model: 'gpt-9' });
      const warnings: string[] = [];
      llm.events.on('warned', (warning) => warnings.push(warning));
      await llm.warmUp();
      await llm.warmUp();
      expect(warnings).toEqual(['offline has no other models: "gpt-9" is not used']);
    });
  });

  describe('its life', () => {
    it('warms up the engine that would answer, and never rejects', async () => {
      const one = new ScriptedModel('one', [[END]]);
      const two = new ScriptedModel('two', [[END]]);
      const { llm } = await rig({ one, two });
      await llm.warmUp();
      expect([one.warmUps, two.warmUps]).toEqual([1, 0]);
      one.warmUp = () => Promise.reject(new Error('cold'));
      await expect(llm.warmUp()).resolves.toBeUndefined();
    });

    it('closes what it made, not what the program brought, and then answers no more', async () => {
      const one = new ScriptedModel('one', [[END]]);
      const { llm } = await rig({ one });
      await Promise.all([llm.close(), llm.close()]);
      expect(one.closed).toBe(0);
      expect(() => llm.stream({ messages: HELLO })).toThrow('closed');
    });

    it('answers many at once', async () => {
      const { llm, clock } = await rig({ one: [[text('A'), { waitMs: 100 }, END]] });
      const answers = Promise.all([1, 2, 3].map(() => outcome(llm, clock)));
      expect((await answers).map(said)).toEqual(['A', 'A', 'A']);
    });
  });
});
