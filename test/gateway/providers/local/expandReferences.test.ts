import assert from 'node:assert/strict'
import { expandReferences } from '../../../../src/gateway/providers/local/expandReferences.ts'

describe('expandReferences', () => {
  const values = { NAME: 'world', EMPTY: '', NESTED: '$(NAME)' }
  // The cases of k8s.io/kubernetes/third_party/forked/golang/expansion.
  for (const [text, expected] of [
    ['hello $(NAME)', 'hello world'],
    ['$(NAME)$(NAME)', 'worldworld'],
    ['[$(EMPTY)]', '[]'],
    ['$(UNKNOWN)', '$(UNKNOWN)'],
    ['$$(NAME)', '$(NAME)'],
    ['$$$(NAME)', '$world'],
    ['$$', '$'],
    ['$NAME ${NAME} $(', '$NAME ${NAME} $('],
    ['$(NESTED)', '$(NAME)'],
    ['$(constructor)', '$(constructor)'],
    ['price: 5$', 'price: 5$'],
  ] as const) {
    it(`makes ${expected} of ${text}`, () => assert.equal(expandReferences(text, values), expected))
  }
})
