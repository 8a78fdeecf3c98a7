import { describe, expect, it, vi } from 'vitest';
import type { ConversationPorts } from '../../../src/dialogue/index.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { ScriptedModel } from '../../support/dialogue/scripted-model.js';
import { SIMPLE_JUDGE } from '../../support/dialogue/simple-judge.js';
import { SimpleReader } from '../../support/dialogue/simple-reader.js';
import { soundRig } from '../../support/dialogue/sound-rig.js';

function rig(more: Partial<ConversationPorts> = {}) {
  const model = new ScriptedModel(new FakeClock());
  const judge = {
    ...SIMPLE_JUDGE,
    end: vi.fn(SIMPLE_JUDGE.end),
    interjection: vi.fn(SIMPLE_JUDGE.interjection),
  };
  const openReader = vi.fn(() => new SimpleReader());
  const t = soundRig({ model, judge, openReader, ...more });
  return { ...t, openReader, judge, model: vi.spyOn(model, 'warmUp'), prepare: vi.spyOn(t.voice, 'prepare') };
}

describe('Conversation.warmUp', () => {
  it('gets the model and the voice ready, and runs through what stands between them', async () => {
    const t = rig({ brain: undefined });
    await t.conversation.warmUp();
    expect(t.model).toHaveBeenCalledOnce();
    expect(t.prepare).toHaveBeenCalledOnce();
    expect(t.openReader).toHaveBeenCalled();
    expect(t.judge.end).toHaveBeenCalled();
  });

  it('warms no text model beside a brain, which is asked in its place', async () => {
    const t = rig();
    await t.conversation.warmUp();
    expect(t.model).not.toHaveBeenCalled();
    expect(t.openReader).not.toHaveBeenCalled();
    expect(t.prepare).toHaveBeenCalledOnce();
    expect(t.judge.interjection).toHaveBeenCalled();
  });

  it('leaves nothing behind: no turn, no word, no timer', async () => {
    const t = rig({ brain: undefined });
    await t.conversation.warmUp();
    expect([t.conversation.messages(), t.ends, t.records, t.errors, t.captions]).toEqual([
      [],
      [],
      [],
      [],
      [],
    ]);
    expect(t.conversation.turn).toBeUndefined();
    expect(await t.close()).toBe(0);
  });

  it('never rejects, and warms the others, whoever fails', async () => {
    const t = rig({ brain: undefined });
    t.model.mockRejectedValue(new Error('no key'));
    t.openReader.mockImplementation(() => {
      throw new Error('no reader');
    });
    await expect(t.conversation.warmUp()).resolves.toBeUndefined();
    t.prepare.mockRejectedValue(new Error('no voice'));
    await expect(t.conversation.warmUp()).resolves.toBeUndefined();
    expect(t.prepare).toHaveBeenCalledTimes(2);
  });
});
