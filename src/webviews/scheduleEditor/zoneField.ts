import { html, type TemplateResult } from 'lit'
import { timeZones } from '../../schedule/timeZones.ts'
import { describedBy, field } from '../ui/field.ts'
import { t } from '../ui/text.ts'
import { clockOf } from '../ui/times.ts'
import { type EditorView, idOf } from './editorView.ts'

/** The zones on offer: the viewer's own first. */
export function offeredZones(viewerTimeZone: string): readonly string[] {
  const all = timeZones()
  return [viewerTimeZone, 'UTC', ...all].filter((zone, i, list) => list.indexOf(zone) === i)
}

/** The time zone with a list to filter; each row says its present distance from UTC. */
export function zoneField(view: EditorView, zones: readonly string[]): TemplateResult {
  const id = idOf('timeZone')
  const problem = view.problem('timeZone')
  const isViewers = view.form.timeZone === view.init.viewerTimeZone
  return field(
    {
      id,
      label: t('Time zone'),
      problem,
      hint: isViewers ? t('Your own time zone.') : view.form.timeZone === '' ? t('None: read in UTC.') : undefined,
    },
    html`<hks-combobox
      .inputId=${id}
      .label=${t('Time zones')}
      .value=${view.form.timeZone}
      .choices=${zones}
      .detail=${(zone: string) => clockOf(zone, 'en', view.now).offset(view.now)}
      .placeholder=${t('None: read in UTC')}
      .describedBy=${describedBy(id)}
      .invalid=${problem !== undefined}
      @choose=${(event: CustomEvent<string>) => {
        view.set({ timeZone: event.detail })
        view.leave('timeZone')
      }}
    ></hks-combobox>`,
  )
}
