import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { geminiSchema } from '../../../../src/llm/engines/gemini/gemini-schema.js';
import { isFields } from '../../../../src/vendor/index.js';

const made = (property: Readonly<Record<string, unknown>>): unknown => {
  const schema = geminiSchema({
    type: 'object',
    properties: { it: property },
    $defs: { city: { type: 'string' } },
  });
  return isFields(schema?.['properties']) ? schema['properties']['it'] : undefined;
};

describe('A schema for Gemini', () => {
  test.each([
    [
      { type: 'string', minLength: 1 },
      { type: 'string', minLength: 1 },
    ],
    [{ type: ['string', 'null'] }, { type: 'string', nullable: true }],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, { type: 'string', nullable: true }],
    [
      { oneOf: [{ type: 'string' }, { type: 'number' }] },
      { anyOf: [{ type: 'string' }, { type: 'number' }] },
    ],
    [{ type: ['string', 'number'] }, { anyOf: [{ type: 'string' }, { type: 'number' }] }],
    [{ const: 'a' }, { type: 'string', enum: ['a'] }],
    [{ enum: ['a', null] }, { type: 'string', enum: ['a'], nullable: true }],
    [
      { type: 'integer', enum: [1, 2], description: 'Size.' },
      { type: 'integer', description: 'Size. One of 1, 2.' },
    ],
    [{ type: 'string', format: 'uri' }, { type: 'string' }],
    [
      { type: 'string', format: 'date-time' },
      { type: 'string', format: 'date-time' },
    ],
    [
      { $ref: '#/$defs/city', description: 'Where.' },
      { type: 'string', description: 'Where.' },
    ],
    [{ $ref: '#/$defs/nowhere' }, {}],
    [{ type: 'array' }, { type: 'array', items: { type: 'string' } }],
    [
      {
        type: 'array',
        items: { type: 'object', properties: { a: { const: 'x' } }, additionalProperties: false },
      },
      { type: 'array', items: { type: 'object', properties: { a: { type: 'string', enum: ['x'] } } } },
    ],
    [
      {
        allOf: [
          { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
          { properties: { b: { type: 'number' } } },
        ],
      },
      { type: 'object', properties: { a: { type: 'string' }, b: { type: 'number' } }, required: ['a'] },
    ],
    [
      { type: 'object', properties: { a: { type: 'string' } }, required: ['a', 'gone'] },
      { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
    ],
  ])('takes %j as %j', (given, expected) => {
    expect(made(given)).toEqual(expected);
  });

  test('is left out where there are no parameters', () => {
    expect(geminiSchema({ type: 'object', properties: {} })).toBeUndefined();
    expect(geminiSchema({})).toBeUndefined();
  });

  test('ends for a schema that refers to itself', () => {
    const schema = geminiSchema({
      type: 'object',
      properties: { tree: { $ref: '#/$defs/node' } },
      $defs: {
        node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } },
        loop: { $ref: '#/$defs/loop' },
      },
    });
    expect(JSON.stringify(schema).length).toBeLessThan(5000);
    expect(
      geminiSchema({
        properties: { a: { $ref: '#/$defs/loop' } },
        $defs: { loop: { $ref: '#/$defs/loop' } },
      }),
    ).toEqual({
      properties: { a: {} },
      type: 'object',
    });
  });

  test('holds nothing that Gemini refuses, whatever is in it', () => {
    const refused =
      /"(\$ref|\$schema|\$defs|additionalProperties|oneOf|allOf|const|exclusiveMinimum|patternProperties)":/;
    const leaf = fc.record(
      {
        type: fc.constantFrom('string', 'integer', 'array', 'object', ['string', 'null'], 7),
        enum: fc.array(fc.oneof(fc.string(), fc.integer(), fc.constant(null)), { maxLength: 3 }),
        const: fc.oneof(fc.string(), fc.integer()),
        additionalProperties: fc.boolean(),
        exclusiveMinimum: fc.integer(),
        format: fc.string(),
        $schema: fc.string(),
        $ref: fc.constantFrom('#/properties/a', '#', 'http://x', '#/a/b'),
      },
      { requiredKeys: [] },
    );
    const { schema } = fc.letrec((tie) => ({
      schema: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.record(
          {
            oneOf: fc.array(tie('schema'), { maxLength: 3 }),
            allOf: fc.array(tie('schema'), { maxLength: 3 }),
          },
          { requiredKeys: [] },
        ),
        fc.record({
          type: fc.constant('object'),
          properties: fc.dictionary(fc.constantFrom('a', 'b'), tie('schema')),
        }),
        fc.record({ type: fc.constant('array'), items: tie('schema') }),
      ),
    }));
    fc.assert(
      fc.property(schema, (given) => {
        const text = JSON.stringify(
          geminiSchema({ type: 'object', properties: { it: given, a: { type: 'string' } } }),
        );
        expect(text).not.toMatch(refused);
      }),
      { numRuns: 300 },
    );
  });
});
