import type { KubeClient, KubeRequest } from './kubeClient.ts'
import type { KubeList, KubeObject } from './kubeObject.ts'
import { isExpired } from './translateError.ts'

/** Objects of one page, as client-go's reflector and kubectl ask for. */
const pageSize = 500
/** A list that takes longer than the cluster keeps its pages is begun anew at most that often. */
const maxRestarts = 3

/** A page of a list. */
export interface ListPage<T extends KubeObject> extends KubeList<T> {
  /** What came in former pages is void: this is the first one, or the cluster has dropped the pages and the list begins anew. */
  readonly isFirst: boolean
}

/** Reads a list page by page, so that never more than one is held here. @throws HksError */
export async function* listPages<T extends KubeObject>(
  client: Pick<KubeClient, 'request'>,
  path: string,
  { query, ...request }: KubeRequest = {},
): AsyncGenerator<ListPage<T>> {
  let next: string | undefined
  let restarts = 0
  for (;;) {
    const wanted = {
      ...request,
      query: { limit: pageSize, ...query, ...(next === undefined ? {} : { continue: next }) },
    }
    let page: KubeList<T>
    try {
      page = await client.request<KubeList<T> & KubeObject>('GET', path, wanted)
    } catch (error) {
      if (next === undefined || !isExpired(error) || ++restarts > maxRestarts) throw error
      next = undefined
      continue
    }
    yield { metadata: page.metadata, items: page.items ?? [], isFirst: next === undefined }
    next = page.metadata.continue || undefined
    if (next === undefined) return
  }
}
