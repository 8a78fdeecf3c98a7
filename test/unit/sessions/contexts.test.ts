import { describe, expect, it } from 'vitest';
import { CONVERSATION_DEFAULTS, History } from '../../../src/dialogue/index.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { Context, Contexts } from '../../../src/sessions/contexts.js';

describe('What was said, by caller and context', () => {
  const named = (name: string): Context => Object.assign(new Context(), { name });

  it("is nobody else's: the same name of another caller opens nothing", () => {
    const clock = new FakeClock();
    const contexts = new Contexts({ clock, max: 10, idleMs: 1000 });
    const room = named('room');
    contexts.keep('key:one', room);
    expect(contexts.find('key:one', 'room')).toBe(room);
    expect(contexts.find('key:two', 'room')).toBeUndefined();
    // No name can reach over the border between caller and context.
    expect(contexts.find('key:one\nroom', '')).toBeUndefined();
  });

  it('is forgotten when nobody asked for it for long, from the last time it was', () => {
    const clock = new FakeClock();
    const contexts = new Contexts({ clock, max: 10, idleMs: 1000 });
    contexts.keep('a', named('one'));
    contexts.keep('a', named('two'));
    clock.advance(800);
    contexts.find('a', 'one');
    clock.advance(800);
    expect(contexts.find('a', 'two')).toBeUndefined();
    expect(contexts.find('a', 'one')).toBeDefined();
    clock.advance(1001);
    contexts.sweep();
    expect(contexts.size).toBe(0);
  });

  it('is bounded: the one that was quiet longest goes', () => {
    const clock = new FakeClock();
    const contexts = new Contexts({ clock, max: 2, idleMs: 1000 });
    for (const name of ['one', 'two']) contexts.keep('a', named(name));
    contexts.find('a', 'one');
    contexts.keep('a', named('three'));
    expect(['one', 'two', 'three'].map((name) => contexts.find('a', name) !== undefined)).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('has another name after it was forgotten, and nothing is found under the old one', () => {
    const clock = new FakeClock();
    const contexts = new Contexts({ clock, max: 10, idleMs: 1000 });
    const context = new Context();
    context.history = new History({ clock, settings: CONVERSATION_DEFAULTS.history });
    const before = context.name;
    contexts.keep('a', context);
    contexts.rename('a', context);
    expect(contexts.find('a', before)).toBeUndefined();
    expect(contexts.find('a', context.name)).toBe(context);
    expect(contexts.size).toBe(1);
  });
});
