import { describe, expect, it } from 'vitest';
import type { ChatPorts, ChatSettings, SharedChat } from '../../../src/chat/index.js';
import { SILENT_LOGGER } from '../../../src/runtime/index.js';
import { House, Houses } from '../../../src/sessions/house.js';

describe('House', () => {
  it('lets the first of those who come at once get ready what is shared, and one more when that may be cold again', () => {
    // Nothing is opened: who asks for the warm-up has been let in.
    const house = new House('default', {}, {} as ChatPorts);
    expect(Array.from({ length: 200 }, (_, at) => house.takesWarmUp(1000 + at)).filter(Boolean)).toHaveLength(
      1,
    );
    expect(house.takesWarmUp(4999)).toBe(false);
    expect(house.takesWarmUp(5000)).toBe(true);
    expect(house.takesWarmUp(5001)).toBe(false);
  });
});

/** What is open, by the welcome of its settings; closing waits until it is told to. */
class Opener {
  readonly open: string[] = [];
  hold: Promise<void> = Promise.resolve();
  fails = 0;

  readonly shared = async ({ systemPrompt = '' }: ChatSettings): Promise<SharedChat> => {
    if (this.fails-- > 0) throw new Error('not yet');
    this.open.push(systemPrompt);
    const close = async (): Promise<void> => {
      await this.hold;
      this.open.splice(this.open.indexOf(systemPrompt), 1);
    };
    return { close } as unknown as SharedChat;
  };
}

describe('Houses', () => {
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  function housesOf(opener: Opener, personas: Readonly<Record<string, ChatSettings>>): Houses {
    const ports = {} as ChatPorts;
    return new Houses({ personas, standard: 'cat', ports, logger: SILENT_LOGGER, open: opener.shared });
  }

  it('keep what is used, whatever happens to the settings, and close it behind the last who leaves', async () => {
    const opener = new Opener();
    const houses = housesOf(opener, { cat: { systemPrompt: 'Meow' } });
    let done = (): void => {};
    const work = new Promise<void>((resolve) => {
      done = resolve;
    });
    const house = houses.get('cat');
    const leave = house.enter();
    const used = house.within(() => work);
    await settled();
    houses.replace({ cat: { systemPrompt: 'Miau' } }, 'cat');
    expect(houses.get('cat')).not.toBe(house);
    leave();
    leave();
    await settled();
    expect(opener.open).toEqual(['Meow']);
    done();
    await used;
    await settled();
    expect(opener.open).toEqual([]);
  });

  it('wait at their end for those of settings that are gone', async () => {
    const opener = new Opener();
    const houses = housesOf(opener, { cat: { systemPrompt: 'Meow' } });
    await houses.get('cat').shared();
    let closeNow = (): void => {};
    opener.hold = new Promise<void>((resolve) => {
      closeNow = resolve;
    });
    houses.replace({}, 'cat');
    let isClosed = false;
    const closed = houses.close().then(() => {
      isClosed = true;
    });
    await settled();
    expect(isClosed).toBe(false);
    closeNow();
    await closed;
    expect(opener.open).toEqual([]);
  });

  it("take another model of a program's own for a change, and the same settings read again for none", () => {
    class Own {}
    const first = Object.assign(new Own(), { name: 'own' }) as never;
    const second = Object.assign(new Own(), { name: 'own' }) as never;
    const houses = housesOf(new Opener(), {
      cat: { llm: { custom: { own: first } }, tools: { vision: {} } },
    });
    const house = houses.get('cat');
    houses.replace({ cat: { llm: { custom: { own: first } }, tools: { vision: {} } } }, 'cat');
    expect(houses.get('cat')).toBe(house);
    houses.replace({ cat: { llm: { custom: { own: second } }, tools: { vision: {} } } }, 'cat');
    expect(houses.get('cat')).not.toBe(house);
  });

  it('try again what could not be opened', async () => {
    const opener = new Opener();
    opener.fails = 1;
    const house = housesOf(opener, { cat: { systemPrompt: 'Meow' } }).get(undefined);
    await expect(house.shared()).rejects.toThrow('not yet');
    await house.shared();
    expect(opener.open).toEqual(['Meow']);
  });
});
