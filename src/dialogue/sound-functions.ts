import type { Cue, CueChoice } from '../expression/index.js';
import type { Sight } from './look-at.js';
import type { SoundFunction } from './sound-brain.js';

/** Functions by which a model that speaks by itself does what others do by tags in their text: it would say those. */
const EXPRESS = 'express';
const LOOK = 'look';

/**
 * `express`: faces and movements. A model calls it before it speaks, and is asked again at once; or behind what it says, and is not.
 *
 * @param show - is told how much of the sound comes before the cue.
 * @source OpenAI API description 2.3.0, RealtimeClientEventResponseCreate: a response is one item, or two of which the second is a call
 */
export function expressFunction(
  choices: readonly CueChoice[],
  show: (cue: Cue, soundMs: number) => void,
): SoundFunction {
  const properties = Object.fromEntries(choices.map((choice) => [choice.name, propertyOf(choice)]));
  return {
    spec: {
      name: EXPRESS,
      description: 'Shows a face or a movement of your avatar. Say nothing of it.',
      parameters: { type: 'object', properties },
    },
    instruction: `You have a face and a body. When what you say goes with a feeling or a movement, call ${EXPRESS} before you speak, and then speak at once. Never say the call, its values or marks in brackets aloud.`,
    run: async (args, soundMs) => {
      const cues = choices.flatMap((choice) => cueOf(choice, args[choice.name]));
      for (const cue of cues) show(cue, soundMs);
      return { result: cues.length > 0 ? 'Shown.' : 'There is no such expression.', isAwaited: false };
    },
  };
}

/** `look`: a picture of one of these sources. */
export function lookFunction(
  sources: readonly string[],
  look: (source: string) => Promise<Sight>,
): SoundFunction {
  return {
    spec: {
      name: LOOK,
      description: 'Takes a picture, which you are shown at once.',
      parameters: {
        type: 'object',
        properties: { source: { type: 'string', enum: sources } },
        required: ['source'],
      },
    },
    instruction: `To see something, call ${LOOK}. Wherever you are told to write [vision:NAME], call ${LOOK} with this source instead.`,
    run: async ({ source }) => {
      if (typeof source !== 'string' || !sources.includes(source))
        return { result: `There is no such source. There are: ${sources.join(', ')}.`, isAwaited: true };
      const { text, images } = await look(source);
      return { result: text, images, isAwaited: true };
    },
  };
}

/** Sources of pictures that a system prompt tells the model of; no others are offered: pictures are taken of people and screens. */
export function sourcesIn(prompt: string): readonly string[] {
  const found = [...prompt.matchAll(/\[vision:\s*([\p{L}\p{N}_.-]+)\s*\]/giu)].map(
    ([, source = '']) => source,
  );
  return [...new Set(found)];
}

function propertyOf({ values, about }: CueChoice): Readonly<Record<string, unknown>> {
  const description = about === '' ? {} : { description: about };
  return values.length === 0 ? { type: 'boolean' } : { type: 'string', enum: values, ...description };
}

function cueOf({ name, values }: CueChoice, given: unknown): readonly Cue[] {
  const isGiven = values.length === 0 ? given === true : typeof given === 'string' && given !== '';
  const known = values.find((value) => value.toLowerCase() === String(given).toLowerCase());
  if (!isGiven || (values.length > 0 && known === undefined)) return [];
  const raw = known === undefined ? `[${name}]` : `[${name}:${known}]`;
  return [{ name, value: known ?? '', durationMs: undefined, attributes: {}, raw }];
}
