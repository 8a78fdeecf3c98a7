import { describe, expect, it } from 'vitest';
import { type ChatPart, type LlmSettings, openLlm } from '../../../src/llm/index.js';
import { FakeClock } from '../../../src/runtime/index.js';

type Reply = () => Response | Promise<Response>;

const HANGS: Reply = () => new Promise<Response>(() => {});

function refusal(status: number, headers: Readonly<Record<string, string>> = {}): Reply {
  return () =>
    new Response(JSON.stringify({ error: { message: 'no' } }), {
      status,
      headers: { 'content-type': 'application/json', ...headers },
    });
}

/** An answer of Chat Completions. @param end - how it ends. */
function stream(words: readonly string[], end: 'whole' | 'cut' | 'silent'): Reply {
  const lines = words.map(
    (content) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`,
  );
  if (end === 'whole')
    lines.push('data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n', 'data: [DONE]\n\n');
  return () => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (const line of lines) controller.enqueue(new TextEncoder().encode(line));
        if (end !== 'silent') controller.close();
      },
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  };
}

interface Outcome {
  readonly text: string;
  readonly error: unknown;
  readonly asked: number;
  readonly engine: string;
}

/** What comes of one question, when the vendor answers so, one after the other. */
async function asked(replies: readonly Reply[], settings: Partial<LlmSettings> = {}): Promise<Outcome> {
  const clock = new FakeClock();
  let count = 0;
  const fetch = async (): Promise<Response> => {
    const reply = replies[Math.min(count, replies.length - 1)] ?? HANGS;
    count++;
    return reply();
  };
  const llm = await openLlm(
    {
      engine: 'mine,offline',
      engines: { mine: { type: 'openai', apiKey: 'sk-x', model: 'gpt-9' }, offline: { charMs: 0 } },
      ...settings,
    },
    { clock, env: {}, random: () => 1, fetch: fetch as typeof globalThis.fetch },
  );
  const parts: ChatPart[] = [];
  let error: unknown;
  let isDone = false;
  (async () => {
    for await (const part of llm.stream({ messages: [{ role: 'user', text: 'Hello' }] })) parts.push(part);
  })()
    .catch((thrown: unknown) => {
      error = thrown;
    })
    .finally(() => {
      isDone = true;
    });
  // The vendor's package is loaded by the first question, in real time: the clock must not run out meanwhile.
  while (count === 0 && !isDone) await new Promise((resolve) => setTimeout(resolve, 1));
  for (let step = 0; step < 4000 && !isDone; step++) await clock.advanceAsync(50);
  const engine = llm.usage().findLast(({ requests }) => requests > 0)?.engine ?? '';
  await llm.close();
  const text = parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  return { text, error, asked: count, engine };
}

describe('openLlm with an engine of a vendor', () => {
  it('gives its answer', async () => {
    expect(await asked([stream(['Hi', ' there'], 'whole')])).toEqual({
      text: 'Hi there',
      error: undefined,
      asked: 1,
      engine: 'mine',
    });
  });

  it.each([
    ['a refused key', refusal(401), 1],
    ['an unknown model', refusal(404), 1],
    ['a request that is refused', refusal(400), 1],
    ['too many requests', refusal(429), 3],
    ['a wait that is too long', refusal(429, { 'retry-after': '60' }), 1],
    ['a failing server', refusal(500), 3],
    [
      'a page instead of an answer',
      () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
      1,
    ],
    ['an answer that ends before its first word', stream([], 'cut'), 3],
    ['silence before the answer', HANGS, 1],
    ['silence before its first word', stream([], 'silent'), 1],
  ])('hands over to the next one before the first word: %s', async (_what, reply, tries) => {
    const outcome = await asked([reply]);
    expect(outcome.text).toContain('built-in demonstration');
    expect(outcome).toMatchObject({ engine: 'offline', error: undefined, asked: tries });
  });

  it.each([
    ['is cut', 'cut' as const, 'BRIDGE_ERR_LLM_TRUNCATED'],
    ['falls silent', 'silent' as const, 'BRIDGE_ERR_LLM_STALLED'],
  ])('tells an answer that %s in the middle, and nobody says it again', async (_what, end, code) => {
    const outcome = await asked([stream(['Hi'], end)]);
    expect(outcome).toMatchObject({ text: 'Hi', error: { code }, asked: 1, engine: 'mine' });
  });

  it('comes back after one bad moment', async () => {
    const outcome = await asked([refusal(503), stream(['Hi'], 'whole')]);
    expect(outcome).toMatchObject({ text: 'Hi', engine: 'mine', asked: 2 });
  });
});
