/**
 * Stands in for the native module @vscode/spdlog, which has no prebuilt binary: VS Code writes its logs and every
 * output channel through it. Same interface, plain files, no compiler.
 */
'use strict'
const { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } = require('node:fs')
const { dirname } = require('node:path')

const names = ['trace', 'debug', 'info', 'warning', 'error', 'critical']
const open = new Set()
process.on('exit', () => open.forEach(logger => logger.flush()))

class Logger {
  constructor(_type, _name, path, maxSize) {
    this.path = path
    this.maxSize = maxSize
    this.level = 2
    this.formatted = true
    this.pending = []
    mkdirSync(dirname(path), { recursive: true })
    this.reopen()
    open.add(this)
  }

  reopen() {
    this.file = openSync(this.path, 'a')
    this.size = fstatSync(this.file).size
  }

  write(level, message) {
    if (level < this.level || this.file === undefined) return
    const time = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 23).replace('T', ' ')
    this.pending.push(this.formatted ? `${time} [${names[level]}] ${message}\n` : message)
    if (this.pending.length === 1) setImmediate(() => this.flush())
  }

  flush() {
    if (this.pending.length === 0 || this.file === undefined) return
    const bytes = Buffer.from(this.pending.join(''))
    this.pending = []
    if (this.size > 0 && this.size + bytes.length > this.maxSize) {
      closeSync(this.file)
      renameSync(this.path, `${this.path}.1`)
      this.reopen()
    }
    for (let done = 0; done < bytes.length; ) done += writeSync(this.file, bytes, done)
    this.size += bytes.length
  }

  drop() {
    this.flush()
    if (this.file !== undefined) closeSync(this.file)
    this.file = undefined
    open.delete(this)
  }

  trace(message) { this.write(0, message) }
  debug(message) { this.write(1, message) }
  info(message) { this.write(2, message) }
  warn(message) { this.write(3, message) }
  error(message) { this.write(4, message) }
  critical(message) { this.write(5, message) }
  getLevel() { return this.level }
  setLevel(level) { this.level = level }
  setPattern() { this.formatted = true }
  clearFormatters() { this.formatted = false }
}

exports.version = 1
exports.setLevel = () => undefined
exports.setFlushOn = () => undefined
exports.Logger = Logger
exports.createRotatingLogger = async (...args) => new Logger('rotating', ...args)
exports.createAsyncRotatingLogger = async (...args) => new Logger('rotating_async', ...args)
