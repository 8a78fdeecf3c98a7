import type { Eyes, Guarded, Guards, ToolBox } from '../dialogue/index.js';
import type {
  GuardOutcome,
  Eyes as Lookout,
  ResponseGuard,
  ToolBox as Tools,
  Guards as Watch,
} from '../tools/index.js';

/** What a guard says when it has no words of its own. */
const BLOCKED = "I'd rather not talk about that.";

/** Tools as a conversation uses them. */
export function toolPort(tools: Tools): ToolBox {
  return {
    async offer(messages, metadata) {
      const { specs, instructions } = await tools.offered(messages, metadata);
      return { specs, instruction: instructions.join('\n\n') };
    },
    async *run(call, { metadata, signal }) {
      for await (const outcome of tools.call(call, metadata, signal)) {
        if (outcome.type === 'progress') yield outcome;
        else yield { type: 'result', value: outcome.text, isError: outcome.isError, images: outcome.images };
      }
    },
    onLater: (listener) =>
      tools.events.on('finished', ({ call, metadata, result }) =>
        listener(`The tool ${call.name} has finished: ${result.text}`, metadata),
      ),
  };
}

export function eyesPort(eyes: Lookout): Eyes {
  return { look: (source, { metadata, signal }) => eyes.look(source, metadata, signal) };
}

/** Guards as a conversation uses them; undefined: there are none, and nothing needs to wait. */
export function guardPort(guards: Watch): Guards | undefined {
  if (!guards.has('request') && !guards.has('response')) return undefined;
  // Pieces of one reply belong together: the one of the last turn is enough, for only one turn speaks.
  let current: { readonly of: string; readonly guard: ResponseGuard } | undefined;
  return {
    ...(guards.has('request') && {
      request: async (text, metadata, signal) => guarded(await guards.request(text, metadata, signal)),
    }),
    ...(guards.has('response') && {
      reply: async (text, metadata, signal) => {
        const of = `${metadata.session}/${metadata.turn}`;
        if (current?.of !== of) current = { of, guard: guards.response(metadata, signal) };
        return guarded(await current.guard.piece(text));
      },
    }),
  };
}

function guarded(outcome: GuardOutcome): Guarded {
  switch (outcome.action) {
    case 'pass':
      return { type: 'pass' };
    case 'replace':
      return { type: 'replace', text: outcome.text };
    case 'block':
      return { type: 'block', say: outcome.text ?? BLOCKED };
  }
}
