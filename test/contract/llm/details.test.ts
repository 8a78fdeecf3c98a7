import { afterEach, describe, expect, test } from 'vitest';
import type { ChatMessage, ChatModel, ChatPart, ChatRequest } from '../../../src/llm/chat-model.js';
import { LLM_KINDS } from '../../../src/llm/engines/index.js';
import { SystemClock } from '../../../src/runtime/index.js';
import { readEngines } from '../../../src/vendor/index.js';
import {
  ASKED,
  type ChatRig,
  KEY,
  modelOf,
  PIXEL_URL,
  partsOf,
  QUESTION,
  SERVER_RIGS,
  SYSTEM,
  TOOLS,
  textOf,
  VENDOR_RIGS,
  WORDS,
} from '../../support/llm/chat-rigs.js';
import { ChatVendor, streamed } from '../../support/llm/chat-vendor.js';

type Body = Readonly<Record<string, unknown>>;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function rigOf(name: string): ChatRig {
  const rig = [...VENDOR_RIGS, ...SERVER_RIGS].find((one) => one.name === name);
  if (rig === undefined) throw new Error(`no rig ${name}`);
  return rig;
}

async function meet(name: string, changes: Body = {}): Promise<{ vendor: ChatVendor; model: ChatModel }> {
  const rig = rigOf(name);
  const vendor = await ChatVendor.start(rig);
  closing.push(() => vendor.close());
  const model = await modelOf(rig, vendor.ports({ clock: new SystemClock() }), changes);
  closing.push(() => model.close());
  return { vendor, model };
}

const bodyOf = (vendor: ChatVendor, at = 0): Body => JSON.parse(vendor.questions[at]?.body ?? '{}') as Body;
const ask = (model: ChatModel, more: Partial<ChatRequest> = {}): Promise<readonly ChatPart[]> =>
  partsOf(model.stream({ messages: ASKED, ...more }));
const sse = (...events: readonly unknown[]): string =>
  events.map((event) => (typeof event === 'string' ? event : `data: ${JSON.stringify(event)}\n\n`)).join('');
const choice = (delta: unknown, finish: string | null = null): unknown => ({
  choices: [{ index: 0, delta, finish_reason: finish }],
});
async function faultOf(run: Promise<unknown>): Promise<unknown> {
  return run.then(
    () => expect.fail('expected an error'),
    (error: unknown) => error,
  );
}
async function eventually(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 2));
}

describe('Keys of language models', () => {
  const entryOf = async (given: Body, env: Readonly<Record<string, string>>): Promise<unknown> => {
    const entries = await readEngines({ it: given }, LLM_KINDS, env, 'llmEngines');
    return entries.get('it');
  };

  test.each([
    ['openai', 'OPENAI_API_KEY', 'https://eu.api.openai.com/v1'],
    ['anthropic', 'ANTHROPIC_API_KEY', 'https://api.anthropic.com'],
    ['gemini', 'GEMINI_API_KEY', 'https://generativelanguage.googleapis.com/v1beta'],
    ['dify', 'DIFY_API_KEY', 'https://api.dify.ai/v1'],
    ['openrouter', 'OPENROUTER_API_KEY', 'https://openrouter.ai/api/v1'],
  ])('of the environment go to the host of %s and nowhere else', async (type, variable, home) => {
    const env = { [variable]: KEY };
    expect(await entryOf({ type }, env)).toMatchObject({ hasKey: true, missing: undefined });
    expect(await entryOf({ type, baseUrl: home }, env)).toMatchObject({ hasKey: true });
    for (const baseUrl of [
      'http://127.0.0.1:1/v1',
      home.replace('https:', 'http:'),
      `${home.replace('//', '//a.')}.example.com`,
    ])
      expect(await entryOf({ type, baseUrl }, env)).toMatchObject({ hasKey: false });
    expect(
      await entryOf({ type, baseUrl: 'http://127.0.0.1:1/v1', apiKey: `\${${variable}}` }, env),
    ).toMatchObject({
      hasKey: true,
    });
    expect(await entryOf({ type }, {})).toMatchObject({ missing: expect.stringContaining(variable) });
  });

  test.each(['openai', 'openai (responses)', 'anthropic', 'gemini', 'dify', 'openrouter'])(
    'are missed by %s before anything is sent',
    async (name) => {
      const { vendor, model } = await meet(name, { apiKey: undefined });
      expect(await faultOf(ask(model))).toMatchObject({ code: 'BRIDGE_ERR_LLM_KEY', retryable: false });
      await model.warmUp();
      expect(vendor.requests).toEqual([]);
    },
  );

  test.each(['ollama', 'lmstudio', 'llamacpp', 'vllm', 'litellm'])(
    'are not needed by %s, which is sent none',
    async (name) => {
      const { vendor, model } = await meet(name, { apiKey: undefined });
      await ask(model);
      expect(vendor.questions[0]?.headers['authorization']).toBeUndefined();
    },
  );

  test('that stand in headers never come into a message', async () => {
    const { vendor, model } = await meet('vllm', {
      apiKey: undefined,
      headers: { 'x-gateway-key': 'gw-Sup3rS3cretValue' },
    });
    vendor.answers = [{ status: 400, body: '{"error":{"message":"bad gw-Sup3rS3cretValue here"}}' }];
    const error = await faultOf(ask(model));
    expect(vendor.questions[0]?.headers['x-gateway-key']).toBe('gw-Sup3rS3cretValue');
    expect(String(error)).toContain('[key]');
    expect(String(error)).not.toContain('Sup3r');
  });
});

describe('Settings of language models', () => {
  test.each(Object.keys(LLM_KINDS))(
    'of %s refuse what they do not know, with the nearest name',
    async (type) => {
      const given = { it: { type, idelMs: 5 } };
      const error = await faultOf(readEngines(given, LLM_KINDS, {}, 'llmEngines'));
      expect(String(error)).toContain('llmEngines.it.idelMs: there is no such setting. Did you mean idleMs?');
    },
  );

  test.each(Object.entries(LLM_KINDS))(
    'of %s have defaults for everything but the key',
    async (type, kind) => {
      const { z } = await import('zod');
      expect(kind.schema(z).parse({ type })).toMatchObject({ type, idleMs: expect.any(Number) });
      expect(kind.description).not.toMatch(/\.$/);
    },
  );
});

describe('Requests to OpenAI and to servers like it', () => {
  const turns: readonly ChatMessage[] = [
    { role: 'assistant', text: 'Welcome' },
    { role: 'user', text: 'a' },
    { role: 'system', text: 'Later' },
    { role: 'user', text: 'b' },
  ];

  test('go to OpenAI in the order that was given, and to others in the strictest', async () => {
    const openai = await meet('openai');
    const vllm = await meet('vllm');
    for (const { model } of [openai, vllm]) await ask(model, { messages: [...ASKED.slice(0, 1), ...turns] });
    expect(bodyOf(openai.vendor)['messages']).toEqual([
      { role: 'system', content: SYSTEM },
      { role: 'assistant', content: 'Welcome' },
      { role: 'user', content: 'a' },
      { role: 'system', content: 'Later' },
      { role: 'user', content: 'b' },
    ]);
    expect(bodyOf(vllm.vendor)['messages']).toEqual([
      { role: 'system', content: `${SYSTEM}\n\nLater` },
      { role: 'user', content: '(The conversation begins.)' },
      { role: 'assistant', content: 'Welcome' },
      { role: 'user', content: 'a\nb' },
    ]);
  });

  test.each([
    ['openai', 'max_completion_tokens'],
    ['vllm', 'max_tokens'],
    ['openrouter', 'max_tokens'],
    ['openai (responses)', 'max_output_tokens'],
  ])('of %s limit the answer by %s', async (name, field) => {
    const { vendor, model } = await meet(name, { maxTokens: 99 });
    await ask(model);
    await ask(model, { maxTokens: 7 });
    expect([bodyOf(vendor)[field], bodyOf(vendor, 1)[field]]).toEqual([99, 7]);
  });

  test('tell how long to think in the words of each interface', async () => {
    const chat = await meet('openai', { reasoningEffort: 'none' });
    const responses = await meet('openai (responses)', { reasoningEffort: 'low' });
    for (const { model } of [chat, responses]) await ask(model);
    expect(bodyOf(chat.vendor)).toMatchObject({
      reasoning_effort: 'none',
      stream: true,
      model: 'gpt-5.4-mini',
    });
    expect(bodyOf(responses.vendor)).toMatchObject({
      reasoning: { effort: 'low' },
      store: false,
      include: ['reasoning.encrypted_content'],
    });
  });

  test('ask for the count of tokens unless the settings say no', async () => {
    const { vendor, model } = await meet('vllm');
    const { vendor: silent, model: other } = await meet('vllm', { usage: false });
    await ask(model);
    await ask(other);
    expect(bodyOf(vendor)['stream_options']).toEqual({ include_usage: true });
    expect(bodyOf(silent)).not.toHaveProperty('stream_options');
  });

  test('choose tools only where there are some', async () => {
    const { vendor, model } = await meet('openai');
    await ask(model, { tools: TOOLS, toolChoice: 'required' });
    await ask(model, { tools: TOOLS });
    await ask(model, { toolChoice: 'none' });
    expect(bodyOf(vendor)['tool_choice']).toBe('required');
    expect(bodyOf(vendor, 1)).not.toHaveProperty('tool_choice');
    expect(bodyOf(vendor, 2)).not.toHaveProperty('tool_choice');
  });

  test.each([
    ["unknown field 'stream_options'", 'set `usage: false`'],
    ["Unsupported value: 'temperature' does not support 0.5", 'remove temperature'],
    ['registry.ollama.ai/library/gemma does not support tools', 'set `tools: false`'],
    ['image input is not supported - hint: you may need the mmproj', 'set `vision: false`'],
  ])('that are refused with %j are told how to mend', async (message, advice) => {
    const { vendor, model } = await meet('ollama');
    vendor.answers = [{ status: 400, body: JSON.stringify({ error: { message } }) }];
    const error = await faultOf(ask(model));
    expect(error).toMatchObject({ code: 'BRIDGE_ERR_LLM_REFUSED', retryable: false });
    expect(String(error)).toContain(advice);
  });
});

describe('Answers of servers like OpenAI', () => {
  const answered = async (body: string, more: { name?: string; contentType?: string } = {}) => {
    const { vendor, model } = await meet(more.name ?? 'vllm');
    vendor.answers = [
      streamed(body, { headers: { 'content-type': more.contentType ?? 'text/event-stream' } }),
    ];
    return ask(model);
  };
  const STOP = { type: 'end', reason: 'stop' };

  test.each<[string, string]>([
    ['a reason and no [DONE]', sse(choice({ content: 'Hi' }), choice({}, 'stop'))],
    ['[DONE] and no reason', sse(choice({ content: 'Hi' }), 'data: [DONE]\n\n')],
    ['a reason with the last word', sse(choice({ content: 'Hi' }, 'stop'))],
    [
      'choices that are empty, null or missing',
      sse({ choices: [] }, choice({ content: 'Hi' }), { choices: null }, {}, choice({}, 'stop')),
    ],
    [
      'content that is null',
      sse(
        choice({ role: 'assistant', content: null }),
        choice({ content: 'Hi' }),
        choice({ content: null }, 'stop'),
      ),
    ],
    [
      'an error that is null',
      sse({ ...(choice({ content: 'Hi' }) as object), error: null }, choice({}, 'stop')),
    ],
  ])('end with %s', async (_what, body) => {
    expect(await answered(body)).toEqual([{ type: 'text', text: 'Hi' }, STOP]);
  });

  test('are taken whole from a server that does not stream', async () => {
    const message = {
      role: 'assistant',
      content: 'Hi',
      tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{}' } }],
    };
    const body = JSON.stringify({
      choices: [{ message, finish_reason: 'tool_calls' }],
      usage: { prompt_tokens: 1, completion_tokens: 2 },
    });
    expect(await answered(body, { contentType: 'application/json' })).toEqual([
      { type: 'text', text: 'Hi' },
      { type: 'call', call: { id: 'a', name: 'f', argumentsJson: '{}' } },
      { type: 'usage', inputTokens: 1, outputTokens: 2 },
      { type: 'end', reason: 'calls' },
    ]);
  });

  test.each([
    ['{"error":{"message":"model is busy","code":429}}', 'BRIDGE_ERR_LLM_BUSY', true],
    ['{"error":"out of memory"}', 'BRIDGE_ERR_LLM_FAILED', true],
    ['{"error":{"message":"no","type":"insufficient_quota"}}', 'BRIDGE_ERR_LLM_BUSY', false],
    ['{"error":{"message":"no","type":"invalid_request_error"}}', 'BRIDGE_ERR_LLM_REFUSED', false],
    ['{"error":{"message":"model \'x\' not found"}}', 'BRIDGE_ERR_LLM_MODEL', false],
    ['{"error":{"message":"flagged by content_filter"}}', 'BRIDGE_ERR_LLM_FILTERED', false],
  ])('that are %s behind a success are %s', async (body, code, retryable) => {
    expect(await faultOf(answered(body, { contentType: 'application/json' }))).toMatchObject({
      code,
      retryable,
    });
    expect(await faultOf(answered(`data: ${body}\n\n`))).toMatchObject({ code, retryable });
  });

  test('are kept when the connection breaks behind the reason', async () => {
    const { vendor, model } = await meet('vllm');
    const body = sse(choice({ content: 'Hi' }, 'stop'));
    vendor.answers = [streamed(body + ' '.repeat(body.length), { ending: 'cut' })];
    expect(await ask(model)).toEqual([{ type: 'text', text: 'Hi' }, STOP]);
  });

  test('that the limit cut hold no half calls', async () => {
    const half = { tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{"x":' } }] };
    expect(await answered(sse(choice(half), choice({}, 'length')))).toEqual([
      { type: 'end', reason: 'length' },
    ]);
  });

  test('that the provider cut in the middle keep what was given', async () => {
    const body = sse(choice({ content: 'Hi' }), choice({}, 'content_filter'));
    expect(await answered(body)).toEqual([
      { type: 'text', text: 'Hi' },
      { type: 'end', reason: 'filter' },
    ]);
  });

  test("of OpenAI's own are not searched for thoughts", async () => {
    const body = sse(choice({ content: '<think>Hi</think>' }, 'stop'));
    expect(textOf(await answered(body, { name: 'openai' }))).toBe('<think>Hi</think>');
    expect(textOf(await answered(body))).toBe('');
  });
});

describe('The model that a server has', () => {
  test('is asked for once, and embeddings are none', async () => {
    const { vendor, model } = await meet('ollama', { model: undefined });
    const list = { data: [{ id: 'nomic-embed-text' }, { id: 'qwen3:8b' }, { id: 'gemma3' }] };
    const port = vendor.fetch();
    const lists: string[] = [];
    const asking = await modelOf(
      rigOf('ollama'),
      {
        clock: new SystemClock(),
        fetch: async (input, init) => {
          const url = String(input);
          if (!url.endsWith('/models')) return port(input, init);
          lists.push(url);
          return new Response(JSON.stringify(list));
        },
      },
      { model: undefined },
    );
    closing.push(() => asking.close());
    const aborted = new AbortController();
    const first = faultOf(ask(asking, { signal: aborted.signal }));
    const rest = Promise.all([ask(asking), ask(asking)]);
    aborted.abort(new Error('never mind'));
    expect(await first).toMatchObject({ message: 'never mind' });
    for (const parts of await rest) expect(textOf(parts)).toBe(WORDS);
    expect(lists).toEqual(['http://127.0.0.1:11434/v1/models']);
    expect(bodyOf(vendor)['model']).toBe('qwen3:8b');
    expect(asking.model).toBe('auto');
    // The vendor of the rig has none, and is asked again each time.
    for (let turn = 0; turn < 2; turn++)
      expect(await faultOf(ask(model))).toMatchObject({ code: 'BRIDGE_ERR_LLM_MODEL', retryable: false });
    expect(vendor.requests.filter(({ path }) => path === '/v1/models')).toHaveLength(2);
  });

  test('is loaded into Ollama without a word', async () => {
    const { vendor, model } = await meet('ollama', { keepAlive: -1 });
    await model.warmUp();
    expect(vendor.requests.map(({ method, path, body }) => [method, path, JSON.parse(body)])).toEqual([
      ['POST', '/api/generate', { model: 'the-model', keep_alive: -1, stream: false }],
    ]);
  });
});

describe("A server of one's own", () => {
  test.each([
    ['ollama', 'ollama serve'],
    ['lmstudio', 'lms server start'],
    ['llamacpp', 'llama-server'],
    ['vllm', 'vllm serve'],
    ['litellm', 'litellm'],
  ])('that does not run is %s: the message says how to start it', async (name, command) => {
    const alone = await modelOf(
      rigOf(name),
      { clock: new SystemClock() },
      { baseUrl: 'http://127.0.0.1:9/v1' },
    );
    closing.push(() => alone.close());
    const error = await faultOf(ask(alone));
    expect(error).toMatchObject({ code: 'BRIDGE_ERR_LLM_UNREACHABLE', retryable: true });
    expect(String(error)).toContain(`\`${command}\``);
  });
});

describe('Anthropic', () => {
  const thought = (textBefore: number, callsBefore = 0): unknown => ({
    kind: 'anthropic-thinking',
    block: { type: 'thinking', thinking: 't', signature: `s${textBefore}` },
    textBefore,
    callsBefore,
  });
  const content = async (message: ChatMessage): Promise<unknown> => {
    const { vendor, model } = await meet('anthropic');
    const result: ChatMessage = { role: 'tool', callId: 'x', name: 'f', result: 'r' };
    await ask(model, {
      messages: [{ role: 'user', text: 'a' }, message, result, { role: 'user', text: 'b' }],
    });
    const messages = bodyOf(vendor)['messages'] as readonly Body[];
    return messages.map((one) => one['content']);
  };

  test('gets its thoughts back between the words where they stood, without those behind a cut', async () => {
    const calls = [{ id: 'x', name: 'f', argumentsJson: '' }];
    expect(
      await content({
        role: 'assistant',
        text: 'abcdef',
        calls,
        vendor: [thought(0), thought(3), thought(9), { other: 1 }],
      }),
    ).toEqual([
      [{ type: 'text', text: 'a' }],
      [
        { type: 'thinking', thinking: 't', signature: 's0' },
        { type: 'text', text: 'abc' },
        { type: 'thinking', thinking: 't', signature: 's3' },
        { type: 'text', text: 'def' },
        { type: 'tool_use', id: 'x', name: 'f', input: {} },
      ],
      [
        { type: 'tool_result', tool_use_id: 'x', content: 'r' },
        { type: 'text', text: 'b' },
      ],
    ]);
  });

  test('gets no thoughts in front of plain words', async () => {
    expect(await content({ role: 'assistant', text: 'abc', vendor: [thought(0)] })).toEqual([
      [{ type: 'text', text: 'a' }],
      [{ type: 'text', text: 'abc' }],
      [{ type: 'text', text: 'b' }],
    ]);
  });

  test('is told how to think and which tools to take', async () => {
    const adaptive = await meet('anthropic', { thinking: 'adaptive' });
    const budget = await meet('anthropic', { thinking: 2048, maxTokens: 4096 });
    await ask(adaptive.model, { tools: TOOLS, toolChoice: 'required' });
    await ask(budget.model, { tools: TOOLS, toolChoice: 'none', temperature: 1.5 });
    expect(bodyOf(adaptive.vendor)).toMatchObject({
      thinking: { type: 'adaptive' },
      tool_choice: { type: 'any' },
      max_tokens: 1024,
    });
    expect(bodyOf(budget.vendor)).toMatchObject({
      thinking: { type: 'enabled', budget_tokens: 2048 },
      tool_choice: { type: 'none' },
      max_tokens: 4096,
      temperature: 1,
    });
  });

  test.each([
    ['rate_limit_error', 'BRIDGE_ERR_LLM_BUSY', true],
    ['billing_error', 'BRIDGE_ERR_LLM_BUSY', false],
    ['api_error', 'BRIDGE_ERR_LLM_FAILED', true],
    ['timeout_error', 'BRIDGE_ERR_LLM_STALLED', true],
    ['authentication_error', 'BRIDGE_ERR_LLM_KEY', false],
    ['not_found_error', 'BRIDGE_ERR_LLM_MODEL', false],
    ['invalid_request_error', 'BRIDGE_ERR_LLM_REFUSED', false],
    ['of_tomorrow_error', 'BRIDGE_ERR_LLM_FAILED', true],
  ])('reports %s inside a stream as %s', async (type, code, retryable) => {
    const { vendor, model } = await meet('anthropic');
    vendor.answers = [
      streamed(
        `event: error\ndata: ${JSON.stringify({ type: 'error', error: { type, message: 'Sorry' } })}\n\n`,
      ),
    ];
    expect(await faultOf(ask(model))).toMatchObject({ code, retryable });
  });

  test('keeps what it said before it refused to go on', async () => {
    const { vendor, model } = await meet('anthropic');
    vendor.answers = [
      streamed(
        sse(
          { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
          { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Well' } },
          { type: 'message_delta', delta: { stop_reason: 'refusal' } },
          { type: 'message_stop' },
        ),
      ),
    ];
    expect(await ask(model)).toEqual([
      { type: 'text', text: 'Well' },
      { type: 'end', reason: 'filter' },
    ]);
  });
});

describe('Gemini', () => {
  const finished = async (finishReason: string, text?: string): Promise<readonly ChatPart[]> => {
    const { vendor, model } = await meet('gemini');
    const parts = text === undefined ? [] : [{ text }];
    vendor.answers = [streamed(sse({ candidates: [{ content: { parts }, finishReason }] }))];
    return ask(model);
  };

  test.each([
    ['SAFETY', 'BRIDGE_ERR_LLM_FILTERED', false],
    ['RECITATION', 'BRIDGE_ERR_LLM_FILTERED', false],
    ['MALFORMED_FUNCTION_CALL', 'BRIDGE_ERR_LLM_FAILED', true],
    ['LANGUAGE', 'BRIDGE_ERR_LLM_FAILED', false],
    ['OF_TOMORROW', 'BRIDGE_ERR_LLM_FAILED', false],
  ])('that says nothing but %s is %s', async (reason, code, retryable) => {
    expect(await faultOf(finished(reason))).toMatchObject({ code, retryable });
  });

  test.each([
    ['SAFETY', 'filter'],
    ['MAX_TOKENS', 'length'],
    ['STOP', 'stop'],
    ['OTHER', 'stop'],
  ])('that says %s behind words ends by %s', async (reason, end) => {
    expect((await finished(reason, 'Hi')).at(-1)).toEqual({ type: 'end', reason: end });
  });

  test('says nothing at all when it likes', async () => {
    expect(await finished('STOP')).toEqual([{ type: 'end', reason: 'stop' }]);
  });

  const contents = async (message: ChatMessage, changes: Body = {}): Promise<unknown> => {
    const { vendor, model } = await meet('gemini', changes);
    const result: ChatMessage = { role: 'tool', callId: 'x', name: 'f', result: 'r' };
    await ask(model, {
      messages: [{ role: 'user', text: 'a' }, message, result, { role: 'user', text: 'b' }],
    }).catch(() => {});
    const body = vendor.requests.find(({ method }) => method === 'POST')?.body ?? '{}';
    return ((JSON.parse(body) as Body)['contents'] as readonly Body[]).map((one) => one['parts']);
  };
  const signature = (textBefore: number): unknown => ({
    kind: 'gemini-signature',
    signature: `s${textBefore}`,
    textBefore,
  });

  test('gets its signatures back on the words where they stood, without those behind a cut', async () => {
    const vendor = [signature(2), signature(4), signature(9)];
    expect(await contents({ role: 'assistant', text: 'abcdef', vendor })).toEqual([
      [{ text: 'a' }],
      [{ text: 'ab', thoughtSignature: 's2' }, { text: 'cd', thoughtSignature: 's4' }, { text: 'ef' }],
      [{ text: 'b' }],
    ]);
  });

  test("gets the vendor's own word for a call that another model made, but not where it is unknown", async () => {
    const calls = [
      { id: 'x', name: 'f', argumentsJson: '{}' },
      { id: 'y', name: 'g', argumentsJson: '{}' },
    ];
    const parts = (await contents({ role: 'assistant', text: '', calls })) as readonly (readonly Body[])[];
    expect(parts[1]?.map((part) => part['thoughtSignature'])).toEqual([
      'skip_thought_signature_validator',
      undefined,
    ]);
    const older = (await contents(
      { role: 'assistant', text: '', calls },
      { model: 'gemini-2.5-flash' },
    )) as readonly (readonly Body[])[];
    expect(older[1]?.map((part) => part['thoughtSignature'])).toEqual([undefined, undefined]);
  });

  test('is asked at the address of its model, by server-sent events, with the key in a header', async () => {
    const { vendor, model } = await meet('gemini', { thinkingBudget: 0 });
    await ask(model, { tools: TOOLS, toolChoice: 'required', temperature: 0.5, maxTokens: 9 });
    const [question] = vendor.questions;
    expect(question?.query.get('alt')).toBe('sse');
    expect(question?.query.get('key')).toBeNull();
    expect(bodyOf(vendor)).toMatchObject({
      toolConfig: { functionCallingConfig: { mode: 'ANY' } },
      generationConfig: { temperature: 0.5, maxOutputTokens: 9, thinkingConfig: { thinkingBudget: 0 } },
      tools: [
        {
          functionDeclarations: [
            {
              name: 'weather',
              description: 'Tells the weather',
              parameters: {
                type: 'object',
                properties: { city: { type: 'string' }, days: { type: 'integer' } },
                required: ['city'],
              },
            },
            { name: 'clock', description: 'Tells the time' },
          ],
        },
      ],
    });
  });

  test.each([
    [400, 'API key not valid. Please pass a valid API key.', 'BRIDGE_ERR_LLM_KEY', false],
    [429, 'You exceeded your current quota', 'BRIDGE_ERR_LLM_BUSY', false],
    [429, 'Resource has been exhausted', 'BRIDGE_ERR_LLM_BUSY', true],
  ])('answers %i %j with %s', async (status, message, code, retryable) => {
    const { vendor, model } = await meet('gemini');
    vendor.answers = [{ status, body: JSON.stringify({ error: { code: status, message, status: 'X' } }) }];
    expect(await faultOf(ask(model))).toMatchObject({ code, retryable });
  });
});

describe('Dify', () => {
  const said = (text: string): ChatMessage => ({ role: 'assistant', text });
  const next: ChatMessage = { role: 'user', text: 'And then?' };

  test('keeps the number of a conversation, for each of ours its own', async () => {
    const { vendor, model } = await meet('dify');
    for (const conversation of ['a', 'a', 'b', undefined, undefined])
      await ask(model, conversation === undefined ? {} : { conversation });
    const ids = vendor.questions.map((_question, at) => bodyOf(vendor, at)['conversation_id']);
    expect(ids).toEqual([undefined, '45701982-8118-4bc5-8e9b-64562b4555f2', undefined, undefined, undefined]);
    expect(bodyOf(vendor)).toEqual({
      query: QUESTION,
      inputs: {},
      response_mode: 'streaming',
      user: 'mmdagent-bridge',
      auto_generate_name: false,
    });
  });

  test("gives the app its variables, the system's words where they are wanted, and the user's name", async () => {
    const { vendor, model } = await meet('dify', {
      inputs: { place: 'lab' },
      systemInput: 'persona',
      user: 'guest',
    });
    await ask(model);
    await ask(model, { user: 'Taro' });
    expect(bodyOf(vendor)).toMatchObject({ inputs: { place: 'lab', persona: SYSTEM }, user: 'guest' });
    expect(bodyOf(vendor, 1)['user']).toBe('Taro');
  });

  const second = async (heard: readonly ChatMessage[], changes: Body = {}): Promise<unknown> => {
    const { vendor, model } = await meet('dify', changes);
    await ask(model, { conversation: 'a' });
    await ask(model, { conversation: 'a', messages: [...ASKED, ...heard, next] });
    return bodyOf(vendor, 1)['query'];
  };

  test('is told what was heard of an answer that was cut, since it keeps the whole', async () => {
    expect(await second([said('こんにちは、☀️今日は')])).toBe(
      '(You were interrupted: of your last answer only this was heard: "こんにちは、☀️今日は")\nAnd then?',
    );
    expect(await second([])).toBe(
      '(You were interrupted: nothing of your last answer was heard.)\nAnd then?',
    );
  });

  test('is told nothing where all was heard, nothing is known, or the settings say so', async () => {
    expect(await second([said(WORDS)])).toBe('And then?');
    // Written otherwise, but the same.
    expect(await second([said('こんにちは ☀️ 今日はいい天気ですね。 How are you')])).toBe('And then?');
    // Something that is not its answer at all.
    expect(await second([said('I said something else.')])).toBe('And then?');
    expect(await second([said('こんにちは')], { tellCut: false })).toBe('And then?');
  });

  test('is told to stop when nobody wants the answer any more', async () => {
    const { vendor, model } = await meet('dify');
    const whole = sse({ event: 'message', task_id: 't/1', conversation_id: 'c1', answer: 'Well' });
    vendor.answers = [streamed(whole + whole, { ending: 'half' })];
    for await (const part of model.stream({ messages: ASKED, conversation: 'a' }))
      if (part.type === 'text') break;
    await eventually(() => vendor.requests.some(({ path }) => path.endsWith('/stop')));
    const stop = vendor.requests.find(({ path }) => path.endsWith('/stop'));
    expect([stop?.method, stop?.path, JSON.parse(stop?.body ?? '')]).toEqual([
      'POST',
      '/v1/chat-messages/t%2F1/stop',
      { user: 'mmdagent-bridge' },
    ]);
    // What it had said stands in its memory, and the conversation goes on.
    vendor.play('text');
    await ask(model, { conversation: 'a', messages: [...ASKED, next] });
    expect(bodyOf(vendor, 1)).toMatchObject({
      conversation_id: 'c1',
      query: '(You were interrupted: nothing of your last answer was heard.)\nAnd then?',
    });
  });

  test('that has forgotten the conversation begins a new one with the next try', async () => {
    const { vendor, model } = await meet('dify');
    await ask(model, { conversation: 'a' });
    vendor.answers = [{ status: 404, body: '{"code":"not_found","message":"Conversation Not Exists."}' }];
    expect(await faultOf(ask(model, { conversation: 'a' }))).toMatchObject({
      code: 'BRIDGE_ERR_LLM_REFUSED',
      retryable: true,
    });
    vendor.play('text');
    await ask(model, { conversation: 'a' });
    expect(bodyOf(vendor, 2)).not.toHaveProperty('conversation_id');
  });

  test('speaks as an agent, thinks apart, and replaces what moderation took back', async () => {
    const { vendor, model } = await meet('dify');
    vendor.play('agent');
    const parts = await ask(model);
    expect(textOf(parts)).toBe('調べます。晴れです。');
    expect(textOf(parts, 'reasoning')).toBe('Ask the weather.');
    vendor.play('replace');
    const replaced = await ask(model);
    expect(textOf(replaced)).toBe('こんにちお答えできません。');
    expect(replaced.at(-1)).toEqual({ type: 'end', reason: 'filter' });
    vendor.answers = [
      streamed(sse({ event: 'message', answer: '<think>Hm.</think>Yes' }, { event: 'message_end' })),
    ];
    expect(textOf(await ask(model))).toBe('Yes');
  });

  test('fails with a workflow that fails', async () => {
    const { vendor, model } = await meet('dify');
    vendor.answers = [
      streamed(
        sse({ event: 'workflow_finished', data: { status: 'failed', error: 'node LLM: no credits' } }),
      ),
    ];
    const error = await faultOf(ask(model));
    expect(error).toMatchObject({ code: 'BRIDGE_ERR_LLM_FAILED' });
    expect(String(error)).toContain('node LLM');
  });

  test('gets a picture as a file of its own', async () => {
    const { vendor, model } = await meet('dify');
    await ask(model, { messages: [{ role: 'user', text: 'What?', images: [PIXEL_URL] }], user: 'Taro' });
    const upload = vendor.requests.find(({ path }) => path === '/v1/files/upload');
    expect(upload?.headers['content-type']).toMatch(/^multipart\/form-data/);
    expect(upload?.body).toContain('filename="image.png"');
    expect(upload?.body).toContain('Taro');
  });
});

test('Every kind has a rig in the contract', () => {
  const types = [...VENDOR_RIGS, ...SERVER_RIGS].map(({ type }) => type);
  expect(new Set(types)).toEqual(new Set(Object.keys(LLM_KINDS)));
});
