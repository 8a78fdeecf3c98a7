import type { ContentBlock } from '@modelcontextprotocol/sdk/types.js';
import type { McpResult } from './mcp-session.js';

/** What models look at. */
const PICTURES = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif']);

/** A server's answer in words for the model, with its pictures apart. What has no words is named. */
export function mcpResult(answer: {
  readonly content?: readonly ContentBlock[] | undefined;
  readonly structuredContent?: Readonly<Record<string, unknown>> | undefined;
  readonly isError?: boolean | undefined;
}): McpResult {
  const { content = [], structuredContent, isError = false } = answer;
  const images: string[] = [];
  const words = content.map((block) => wordsOf(block, images)).filter((text) => text !== '');
  // Servers that give structure repeat it as text for clients that know no structure.
  if (structuredContent !== undefined && !content.some(({ type }) => type === 'text'))
    words.unshift(JSON.stringify(structuredContent));
  return { value: words.join('\n\n'), isError, images };
}

function wordsOf(block: ContentBlock, images: string[]): string {
  switch (block.type) {
    case 'text':
      return block.text;
    case 'image': {
      const kind = block.mimeType.toLowerCase();
      if (!PICTURES.has(kind)) return `[a picture of the kind ${kind.slice(0, 60)}, which cannot be shown]`;
      images.push(`data:${kind};base64,${block.data}`);
      return `[picture ${images.length}]`;
    }
    case 'audio':
      return `[a sound of the kind ${block.mimeType.slice(0, 60)}]`;
    case 'resource_link':
      return `[${block.title ?? block.name}: ${block.uri}]`;
    case 'resource':
      return 'text' in block.resource ? block.resource.text : `[${block.resource.uri}: bytes]`;
    default:
      return '';
  }
}
