import { describe, expect, it } from 'vitest';
import { readConversation } from '../../../src/chat/chat-settings.js';
import { CONVERSATION_DEFAULTS } from '../../../src/dialogue/index.js';
import { DEFAULT_HEARING } from '../../../src/hearing/index.js';

describe('Section conversation', () => {
  it('has every default without anything in it', async () => {
    const read = await readConversation({}, undefined);
    expect(read.hearing).toEqual(DEFAULT_HEARING);
    expect(read.lines).toEqual({});
    expect(read.conversation).toEqual({ ...CONVERSATION_DEFAULTS, systemPrompt: '' });
  });

  it('holds options of the ear and canned lines beside those of the conversation', async () => {
    const section = { welcome: 'Hi.', hearing: { interruptMs: 300 }, lines: { 1: 'One moment.' } };
    const read = await readConversation(section, 'You are a cat.');
    expect(read.hearing.interruptMs).toBe(300);
    expect(read.lines).toEqual({ 1: 'One moment.' });
    expect(read.conversation).toMatchObject({ welcome: 'Hi.', systemPrompt: 'You are a cat.' });
  });

  it('tells the faults of all of them at once, with their paths and the nearest names', async () => {
    const section = { welcom: 'Hi.', hearing: { interuptMs: 300 }, lines: { 1: '' } };
    const failure = readConversation(section, undefined);
    await expect(failure).rejects.toMatchObject({ code: 'BRIDGE_ERR_CONFIG_INVALID' });
    await expect(failure).rejects.toThrow(/conversation\.welcom: .*welcome/);
    await expect(failure).rejects.toThrow(/conversation\.hearing\.interuptMs: .*interruptMs/);
    await expect(failure).rejects.toThrow(/conversation\.lines\.1/);
  });
});
