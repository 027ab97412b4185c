package wire

import "github.com/tinylib/msgp/msgp"

// AppendHashProbe appends a command without effect that tells instance-hash from instance-0.2: an upload that leaves
// the manifest out and begins with its second chunk. The hash era refuses it as out of order; 0.2 cannot decode it and
// skips it in silence. Neither keeps anything of it.
func AppendHashProbe(dst []byte, corr uint32) []byte {
	dst = msgp.AppendMapHeader(dst, 6)
	dst = msgp.AppendString(msgp.AppendString(dst, "type"), "upload_program")
	dst = msgp.AppendUint32(msgp.AppendString(dst, "corr_id"), corr)
	dst = msgp.AppendString(msgp.AppendString(dst, "program_hash"), "")
	dst = msgp.AppendUint32(msgp.AppendString(dst, "chunk_index"), 1)
	dst = msgp.AppendUint32(msgp.AppendString(dst, "total_chunks"), 2)
	return msgp.AppendBytes(msgp.AppendString(dst, "chunk_data"), nil)
}

// AppendPropsProbe appends a command without effect that tells gateway-0.6 from gateway-0.5: an upload with a manifest
// and without the name of a file, that begins with its second and last chunk. 0.5 refuses it as out of order, and keeps
// nothing of it; 0.6 needs the name and cannot decode it, which a gateway says in a text frame.
func AppendPropsProbe(dst []byte, corr uint32) []byte {
	dst = msgp.AppendMapHeader(dst, 8)
	dst = msgp.AppendString(msgp.AppendString(dst, "type"), "add_program")
	dst = msgp.AppendUint32(msgp.AppendString(dst, "corr_id"), corr)
	dst = msgp.AppendString(msgp.AppendString(dst, "program_hash"), "")
	dst = msgp.AppendString(msgp.AppendString(dst, "manifest"), "")
	dst = msgp.AppendBool(msgp.AppendString(dst, "force_overwrite"), false)
	dst = msgp.AppendUint32(msgp.AppendString(dst, "chunk_index"), 1)
	dst = msgp.AppendUint32(msgp.AppendString(dst, "total_chunks"), 2)
	return msgp.AppendBytes(msgp.AppendString(dst, "chunk_data"), nil)
}
