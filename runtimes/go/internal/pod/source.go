package pod

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

var (
	errCutOff  = errors.New("the archive is cut off")
	errNoTar   = errors.New("the file is no tar, and no gzipped one")
	errNoFiles = errors.New("the archive holds more than plain files")
)

// openSource answers the folder of a source: one that is there, or one into which an archive is unpacked.
func openSource(path string) (string, error) {
	folder, err := unpacked(path)
	if err != nil {
		return "", fmt.Errorf("HKS_SOURCE: %s can not be read: %w", path, err)
	}
	return folder, nil
}

func unpacked(path string) (string, error) {
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		if err != nil {
			return "", err
		}
		return filepath.EvalSymlinks(path)
	}
	archive, err := os.ReadFile(path)
	if err == nil && bytes.HasPrefix(archive, []byte{0x1f, 0x8b}) {
		archive, err = gunzip(archive)
	}
	if err != nil {
		return "", err
	}
	folder, err := os.MkdirTemp("", "hks-source-")
	if err == nil {
		folder, err = filepath.EvalSymlinks(folder)
	}
	if err == nil {
		err = unpack(archive, folder)
	}
	return folder, err
}

func gunzip(archive []byte) ([]byte, error) {
	reader, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(reader)
}

func unpack(archive []byte, folder string) error {
	reader := tar.NewReader(bytes.NewReader(archive))
	for {
		header, err := reader.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, io.ErrUnexpectedEOF):
			return errCutOff
		case err != nil:
			return errNoTar
		case header.Typeflag == tar.TypeDir || header.Typeflag == tar.TypeXGlobalHeader:
			continue
		case header.Typeflag != tar.TypeReg:
			return errNoFiles
		case !filepath.IsLocal(header.Name):
			return fmt.Errorf("%q leaves its folder", header.Name)
		}
		if err := write(filepath.Join(folder, header.Name), header, reader); err != nil {
			return err
		}
	}
}

func write(path string, header *tar.Header, content io.Reader) error {
	mode := os.FileMode(0o644)
	if header.Mode&0o100 != 0 {
		mode = 0o755
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errCutOff
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	return err
}
