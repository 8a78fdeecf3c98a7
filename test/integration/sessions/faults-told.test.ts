import { afterEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../../src/access/index.js';
import type { ChatModel } from '../../../src/llm/index.js';
import { type Logger, ProviderError, SILENT_LOGGER } from '../../../src/runtime/index.js';
import type { Recognizer } from '../../../src/speech/index.js';
import { CALLER, OPERATOR, type SessionRig, sessionRig } from '../../support/sessions/session-rig.js';

const WHERE = 'engines.internal:8443 answered 401: "no such project lab-7"';
const BROKEN = (): Error =>
  new ProviderError('BRIDGE_ERR_LLM_FAILED', `brain: ${WHERE}`, { provider: 'brain', retryable: false });
const VISITOR: Caller = { id: 'visitor:abc', role: 'visitor', label: 'visitor:a' };

async function* failing(): AsyncGenerator<never> {
  yield await Promise.reject<never>(BROKEN());
}
const MODEL: ChatModel = {
  ...{ name: 'brain', type: 'custom', model: 'brain-1', seesImages: false, callsTools: false },
  stream: failing,
  warmUp: async () => {},
  close: async () => {},
};
const RECOGNIZER: Recognizer = { name: 'ear', isStreaming: false, recognize: failing, close: async () => {} };

describe('A fault of an engine', () => {
  let rig: SessionRig;
  let logged: string[];
  afterEach(() => rig.sessions.close());

  function open(): void {
    logged = [];
    const logger: Logger = {
      ...SILENT_LOGGER,
      warn: (facts: object) => void logged.push(JSON.stringify(facts)),
    };
    rig = sessionRig({ logger }, { llm: { custom: { brain: MODEL } } }, { recognizer: RECOGNIZER });
  }

  async function turnOf(caller: Caller): Promise<readonly string[]> {
    const session = rig.open({ caller });
    const told: string[] = [];
    session.events.on('error', ({ message }) => void told.push(message));
    const { ended } = await session.ask({ text: 'Hello' });
    told.push((await ended).error?.message ?? '');
    expect((await ended).error?.code).toMatch(/^BRIDGE_ERR_LLM/);
    return told;
  }

  it.each([VISITOR, CALLER])(
    'is told to $role without where the engine is and what its vendor said',
    async (caller) => {
      open();
      const told = await turnOf(caller);
      expect(told.join()).not.toContain('internal');
      expect(told.join()).not.toContain('lab-7');
      expect(told.at(-1)).toContain('An engine of this server failed');
      expect(logged.join()).toContain('no such project lab-7');
      // Once, though the turn and an event tell of it.
      expect(logged.filter((line) => line.includes('lab-7'))).toHaveLength(1);
    },
  );

  it('is told to operators as it is', async () => {
    open();
    expect((await turnOf(OPERATOR)).join()).toContain(WHERE);
  });

  it('is kept from clients of speech services too', async () => {
    open();
    const words = rig.sessions.transcribe(new Uint8Array(32_000), { caller: CALLER });
    await expect(words).rejects.toThrow('An engine of this server failed');
    await expect(rig.sessions.transcribe(new Uint8Array(32_000), { caller: OPERATOR })).rejects.toThrow(
      WHERE,
    );
    expect(logged.join()).toContain('no such project lab-7');
  });
});
