import '../ui/theme.css'
import '../ui/logView.css'
import './executionHistory.css'
import { registerToolkit } from '../ui/toolkit.ts'
import { ExecutionHistory } from './history.ts'
import { LogView } from '../ui/logView.ts'
import { RunsGrid } from './runsGrid.ts'

registerToolkit()
customElements.define('hks-log', LogView)
customElements.define('hks-runs', RunsGrid)
customElements.define('hks-execution-history', ExecutionHistory)
document.body.append(document.createElement('hks-execution-history'))
