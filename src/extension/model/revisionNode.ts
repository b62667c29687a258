import type { Function, Revision } from '../../contract/functions.ts'
import type { Localize } from './localize.ts'
import { absoluteTime, rowTime } from './time.ts'
import { codeMarkdown, escapeMarkdown, joined, type NodeIcon, type RenderOptions, type TreeNode } from './treeNode.ts'

/** The row of one revision, with its share of the calls. */
export function revisionNode(
  fn: Function,
  revision: Revision,
  inCluster: boolean,
  { t, now, locale }: RenderOptions,
): TreeNode {
  const createdAt = Date.parse(revision.createdAt)
  const share = revision.percent > 0 ? `${revision.percent} %` : undefined
  const state =
    revision.status === 'failed'
      ? t('failed: {0}', firstLine(revision.reason ?? t('no reason given')))
      : revision.status === 'deploying'
        ? t('deploying')
        : undefined
  const icon: NodeIcon =
    revision.status === 'failed'
      ? { codicon: 'error', color: 'testing.iconFailed' }
      : revision.status === 'deploying'
        ? { codicon: 'sync~spin', color: 'charts.blue' }
        : revision.percent > 0
          ? { codicon: 'circle-filled', color: 'testing.iconPassed' }
          : { codicon: 'circle-outline' }
  const label = t('rev {0}', revision.number)
  return {
    id: `revision:${revision.id}`,
    target: { kind: 'revision', functionId: fn.id, revision: revision.number },
    label,
    description: joined([share, revision.tag, state, rowTime(createdAt, now, locale)]),
    tooltip: () =>
      joined(
        [
          `**${escapeMarkdown(fn.name)} ${escapeMarkdown(label)}**`,
          state === undefined ? undefined : escapeMarkdown(state),
          revision.image === undefined
            ? `${t('Handler')} ${codeMarkdown(revision.handler)} (${revision.runtime})`
            : `${t('Image')} ${codeMarkdown(revision.image)}`,
          escapeMarkdown(t('Deployed {0}', absoluteTime(createdAt, locale))),
          tagOf(revision, t),
          revision.image === undefined
            ? `${t('Source')} ${codeMarkdown(revision.sourceDigest.slice(0, 12))}`
            : undefined,
        ],
        '\n\n',
      ),
    spoken: joined(
      [
        ...[t('revision {0}', revision.number), state, share && t('{0} of the traffic', share)],
        revision.tag && t('tag {0}', revision.tag),
      ],
      ', ',
    ),
    icon,
    context: joined(['revision', inCluster ? 'cluster' : undefined, revision.status, shareWord(revision.percent)], ';'),
    children: [],
  }
}

/** Where a tag is called, when Knative has told it. */
const tagOf = ({ tag, tagUrl }: Revision, t: Localize): string | undefined =>
  tag && joined([t('Tag {0}', codeMarkdown(tag)), tagUrl && codeMarkdown(tagUrl)])

const shareWord = (percent: number): string => (percent === 100 ? 'whole' : percent > 0 ? 'serving' : 'notServing')

/** The first line of a reason, which is what a row has room for. */
export const firstLine = (text: string): string => text.split('\n')[0] ?? ''
