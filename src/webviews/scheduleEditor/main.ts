import '../ui/theme.css'
import '../ui/formPage.css'
import './scheduleEditor.css'
import { Combobox } from '../ui/combobox.ts'
import { NumberInput } from '../ui/numberInput.ts'
import { registerToolkit } from '../ui/toolkit.ts'
import { ScheduleEditor } from './editor.ts'

registerToolkit()
customElements.define('hks-combobox', Combobox)
customElements.define('hks-number', NumberInput)
customElements.define('hks-schedule-editor', ScheduleEditor)
document.body.append(document.createElement('hks-schedule-editor'))
