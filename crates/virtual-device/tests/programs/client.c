/* A static program that does what no ready program does so exactly; its first argument says what. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/cdrom.h>
#include <linux/fs.h>
#include <scsi/sg.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile int ticks;
static unsigned char data[65536], sense[32];

static void tick(int signal) { (void)signal; ticks++; }

static int send(int fd, unsigned char *cdb, int len, int way, int size, struct sg_io_hdr *h) {
    memset(h, 0, sizeof *h);
    h->interface_id = 'S';
    h->cmdp = cdb; h->cmd_len = len;
    h->dxfer_direction = way; h->dxferp = data; h->dxfer_len = size;
    h->sbp = sense; h->mx_sb_len = sizeof sense;
    h->timeout = 20000;
    return ioctl(fd, SG_IO, h);
}

static int need(int is, const char *what) {
    if (!is) { printf("not so: %s (errno %d %s)\n", what, errno, strerror(errno)); exit(1); }
    return 0;
}
#define NEED(x) need(!!(x), #x)
#define REFUSED(x, e) (errno = 0, (x) == -1 && errno == (e))

static unsigned char write10[10] = {0x2A, 0, 0, 0, 0, 0, 0, 0, 1, 0};
static unsigned char inquiry[6] = {0x12, 0, 0, 0, 36, 0};

static void timer(int fd, int restart) {
    struct sigaction act = {.sa_handler = tick, .sa_flags = restart ? SA_RESTART : 0};
    struct itimerval every = {{0, 1000}, {0, 1000}}, off = {{0, 0}, {0, 0}};
    struct sg_io_hdr h;
    int done = 0, interrupted = 0;
    sigaction(SIGALRM, &act, 0);
    setitimer(ITIMER_REAL, &every, 0);
    for (int i = 0; i < 300; i++) {
        data[0] = i;
        if (send(fd, write10, 10, SG_DXFER_TO_DEV, 2048, &h) == 0) done++;
        else if (errno == EINTR) interrupted++;
        else { perror("SG_IO"); exit(1); }
    }
    setitimer(ITIMER_REAL, &off, 0);
    printf("%d %d %d\n", done, interrupted, ticks);
}

static void checks(int fd, const char *path) {
    struct sg_io_hdr h;
    struct stat a, b;
    int value = 0;
    unsigned long long size;
    NEED(stat(path, &a) == 0 && fstat(fd, &b) == 0);
    NEED(S_ISBLK(a.st_mode) && (a.st_mode & 07777) == 0660);
    NEED(a.st_rdev == makedev(11, 0) && b.st_rdev == a.st_rdev && b.st_ino == a.st_ino);
    NEED(access(path, R_OK | W_OK) == 0);
    NEED((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR && fcntl(fd, F_GETFL) & O_NONBLOCK);
    NEED(fcntl(fd, F_SETFL, O_RDWR) == 0 && !(fcntl(fd, F_GETFL) & O_NONBLOCK));

    NEED(send(fd, inquiry, 6, SG_DXFER_FROM_DEV, 96, &h) == 0);
    NEED(h.status == 0 && h.resid == 96 - 36 && h.info == 0 && memcmp(data + 8, "IMAPI   ", 8) == 0);
    NEED(send(fd, inquiry, 6, SG_DXFER_TO_FROM_DEV, 36, &h) == 0 && h.resid == 0);
    NEED(send(fd, (unsigned char[6]){0}, 6, 0, 0, &h) == 0);
    NEED(send(fd, (unsigned char[6]){0x0F}, 6, SG_DXFER_NONE, 0, &h) == 0);
    NEED(h.status == 2 && h.masked_status == 1 && h.driver_status == 8 && h.info == 1 && h.sb_len_wr == 18);
    NEED(sense[2] == 5 && sense[12] == 0x20);
    NEED(REFUSED(send(fd, inquiry, 5, SG_DXFER_FROM_DEV, 36, &h), EMSGSIZE));
    NEED(REFUSED(send(fd, inquiry, 33, SG_DXFER_FROM_DEV, 36, &h), EINVAL));
    NEED(REFUSED(send(fd, inquiry, 6, 7, 36, &h), EINVAL));
    NEED(REFUSED(send(fd, inquiry, 6, SG_DXFER_FROM_DEV, 1 << 20, &h), EIO));
    h.interface_id = 'Q';
    NEED(REFUSED(ioctl(fd, SG_IO, &h), EINVAL));
    NEED(REFUSED(ioctl(fd, SG_IO, 8), EFAULT));
    struct sg_iovec list[2] = {{data, 8}, {data + 100, 28}};
    memset(data, 0, sizeof data);
    send(fd, inquiry, 6, SG_DXFER_FROM_DEV, 36, &h);
    h.iovec_count = 2; h.dxferp = list;
    NEED(ioctl(fd, SG_IO, &h) == 0 && memcmp(data + 100, "IMAPI   ", 8) == 0);

    NEED(ioctl(fd, SG_GET_VERSION_NUM, &value) == 0 && value >= 30000 && value < 40000);
    value = 6000;
    NEED(ioctl(fd, SG_SET_TIMEOUT, &value) == 0 && ioctl(fd, SG_GET_TIMEOUT) == 6000);
    value = 1 << 20;
    NEED(ioctl(fd, SG_SET_RESERVED_SIZE, &value) == 0);
    NEED(ioctl(fd, SG_GET_RESERVED_SIZE, &value) == 0 && value == 65536);
    NEED(ioctl(fd, 0x5382, data) == 0 && ioctl(fd, 0x5386, &value) == 0);
    NEED(ioctl(fd, 0x5326, 0) == 4 && ioctl(fd, 0x5327, 0) == 101 && ioctl(fd, 0x5325, 0) == 0);
    NEED(ioctl(fd, 0x80081272, &size) == 0 && size == 256 * 2048);
    data[0] = 1; data[2] = 1;
    NEED(ioctl(fd, 0x5306, data) == 0 && data[1] == 0x41);
    data[5] = 1;
    NEED(ioctl(fd, 0x5310, data) == 0 && data[4] == 0);
    NEED(REFUSED(ioctl(fd, 0x5401, data), ENOTTY));
    unsigned char packet[64] = {0x12, 0, 0, 0, 36};
    *(void **)(packet + 16) = data; packet[24] = 36; packet[40] = 2;
    memset(data, 0, 36);
    NEED(ioctl(fd, 0x5393, packet) == 0 && memcmp(data + 8, "IMAPI   ", 8) == 0);
    NEED(REFUSED(write(fd, data, 2048), EROFS));
    NEED(REFUSED(open(path, O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST));

    /* Copies, and exclusion until the last one is closed. */
    int first = open(path, O_RDONLY | O_NONBLOCK | O_EXCL), copy = dup(first), other;
    NEED(first >= 0 && copy > first);
    NEED(REFUSED(open(path, O_RDONLY | O_NONBLOCK | O_EXCL), EBUSY));
    close(first);
    NEED(REFUSED(open(path, O_RDONLY | O_NONBLOCK | O_EXCL), EBUSY));
    if (fork() == 0) { NEED(pread(copy, data, 100, 2048) == 100); _exit(0); }
    NEED(wait(&value) > 0 && value == 0);
    NEED(lseek(copy, -2048, SEEK_END) == 255 * 2048 && read(copy, data, 5000) == 2048 && read(copy, data, 10) == 0);
    close(copy);
    other = open(path, O_RDONLY | O_NONBLOCK | O_EXCL);
    NEED(other >= 0 && close(other) == 0);
    for (int i = 0; i < 500; i++) { other = dup(fd); NEED(other >= 0 && close(other) == 0); }
    for (int i = 0; i < 500; i++) { other = open(path, O_RDONLY); NEED(other >= 0 && close(other) == 0); }
    NEED(dup2(fd, 0) == 0 && lseek(0, 0, SEEK_SET) == 0 && read(0, data, 10) == 10);
    NEED(dup2(fd, 7) == 7 && REFUSED(write(7, data, 10), EAGAIN));
    NEED(close(fd) == 0 && REFUSED(ioctl(fd, SG_GET_VERSION_NUM, &value), EBADF));
    printf("all so\n");
}

static void writes(int fd, const char *path) {
    struct stat s;
    unsigned long long size;
    int value = 7, reading = open(path, O_RDONLY);
    NEED(fstat(fd, &s) == 0 && ioctl(fd, BLKGETSIZE64, &size) == 0 && size == 256 * 2048);
    NEED(ioctl(fd, BLKROGET, &value) == 0 && value == 0);
    NEED(REFUSED(write(reading, data, 1), EBADF) && close(reading) == 0);
    NEED(pwrite(fd, "letters", 7, 100) == 7 && lseek(fd, 0, SEEK_CUR) == 0);
    NEED(lseek(fd, 4094, SEEK_SET) == 4094 && write(fd, "cross", 5) == 5 && lseek(fd, 0, SEEK_CUR) == 4099);
    NEED(pread(fd, data, 7, 100) == 7 && memcmp(data, "letters", 7) == 0);
    NEED(pwrite(fd, "end and more", 12, size - 3) == 3);
    NEED(REFUSED(pwrite(fd, "x", 1, size), ENOSPC));
    NEED(REFUSED(pwrite(fd, (void *)8, 2048, 0), EFAULT));
    NEED(write(fd, "", 0) == 0);
    NEED(fsync(fd) == 0 && fdatasync(fd) == 0);
    printf("all so\n");
}

/* Reads a folder in small bites: how often a name is in there, and how many there are. */
static int listed(int folder, const char *name, size_t bite, int *all) {
    struct entry { unsigned long long inode; long long next; unsigned short length; char kind, name[]; } *e;
    char bytes[4096] __attribute__((aligned(8)));
    int times = 0;
    long came;
    *all = 0;
    while ((came = syscall(SYS_getdents64, folder, bytes, bite)) > 0)
        for (char *at = bytes; at < bytes + came; at += e->length) {
            e = (struct entry *)at;
            times += !strcmp(e->name, name), ++*all;
        }
    NEED(came == 0);
    return times;
}

/* As libraries go along a path that they do not trust. */
static void links(int fd, const char *path) {
    char said[100] = "";
    struct stat s;
    int folder = open("/dev", O_RDONLY | O_DIRECTORY), link, next, large, small;
    NEED(listed(folder, "sr0", 4096, &large) == 1 && listed(folder, "sr0", 512, &small) == 0 && small == 0);
    NEED(lseek(folder, 0, SEEK_SET) == 0 && listed(folder, "sr0", 512, &small) == 1 && small == large);
    NEED(lseek(folder, 0, SEEK_SET) == 0 && (listed(folder, "sr0", 288, &small), small > 0 && small <= large));
    folder = open("/sys/class/block", O_PATH | O_DIRECTORY);
    NEED(REFUSED(openat(folder, "sr0", O_RDONLY | O_NOFOLLOW), ELOOP));
    link = openat(folder, "sr0", O_PATH | O_NOFOLLOW);
    NEED(link >= 0 && fstat(link, &s) == 0 && S_ISLNK(s.st_mode));
    NEED(fstatat(link, "", &s, AT_EMPTY_PATH) == 0 && S_ISLNK(s.st_mode));
    NEED(readlinkat(link, "", said, sizeof said) > 10 && !strncmp(said, "../../devices/", 14));
    NEED(REFUSED(read(link, said, 1), EBADF) && close(link) == 0);
    NEED(readlinkat(folder, "sr0", said, 5) == 5);
    NEED(fstatat(folder, "sr0", &s, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(s.st_mode));
    NEED(fstatat(folder, "sr0", &s, 0) == 0 && S_ISDIR(s.st_mode));
    link = openat(folder, "sr0", O_PATH), next = openat(link, "queue", O_PATH | O_NOFOLLOW | O_DIRECTORY);
    NEED(link >= 0 && next >= 0 && faccessat(next, "scheduler", R_OK, 0) == 0);
    next = openat(link, "size", O_RDONLY);
    NEED(next >= 0 && read(next, said, 100) == 5 && !strncmp(said, "1024\n", 5));
    (void)fd; (void)path;
    printf("all so\n");
}

static void cdrom(int fd, const char *path) {
    struct cdrom_tochdr header;
    struct cdrom_tocentry entry = {.cdte_track = 2, .cdte_format = CDROM_LBA};
    struct cdrom_multisession session = {.addr_format = CDROM_LBA};
    struct cdrom_subchnl where = {.cdsc_format = CDROM_LBA};
    struct cdrom_mcn number;
    struct cdrom_read_audio audio;
    union { struct cdrom_msf msf; int words[2352 / 4]; } raw;
    static int sound[40 * 588];
    long place;
    NEED(ioctl(fd, CDROMREADTOCHDR, &header) == 0 && header.cdth_trk0 == 1 && header.cdth_trk1 == 2);
    NEED(ioctl(fd, CDROMREADTOCENTRY, &entry) == 0 && entry.cdte_addr.lba == 12000);
    NEED(entry.cdte_ctrl == CDROM_DATA_TRACK && entry.cdte_adr == 1 && entry.cdte_datamode == 1);
    entry.cdte_format = CDROM_MSF;
    NEED(ioctl(fd, CDROMREADTOCENTRY, &entry) == 0);
    NEED(entry.cdte_addr.msf.minute == 2 && entry.cdte_addr.msf.second == 42 && entry.cdte_addr.msf.frame == 0);
    entry.cdte_format = CDROM_LBA, entry.cdte_track = CDROM_LEADOUT;
    NEED(ioctl(fd, CDROMREADTOCENTRY, &entry) == 0 && entry.cdte_addr.lba == 20000);
    entry.cdte_format = 9;
    NEED(REFUSED(ioctl(fd, CDROMREADTOCENTRY, &entry), EINVAL));
    NEED(ioctl(fd, CDROMMULTISESSION, &session) == 0 && session.addr.lba == 12000 && session.xa_flag == 1);
    session.addr_format = CDROM_MSF;
    NEED(ioctl(fd, CDROMMULTISESSION, &session) == 0 && session.addr.msf.minute == 2 && session.addr.msf.second == 42);
    NEED(ioctl(fd, CDROM_DISC_STATUS, 0) == CDS_MIXED && ioctl(fd, CDROM_DRIVE_STATUS, CDSL_CURRENT) == CDS_DISC_OK);
    NEED(ioctl(fd, CDROM_MEDIA_CHANGED, CDSL_CURRENT) == 0 && ioctl(fd, CDROM_CHANGER_NSLOTS, 0) == 1);
    int can = ioctl(fd, CDROM_GET_CAPABILITY, 0);
    NEED((can & (CDC_CD_R | CDC_CD_RW | CDC_DVD_R | CDC_DVD_RAM | CDC_RAM)) == CDC_CD_RW);
    NEED(can & CDC_OPEN_TRAY && can & CDC_LOCK && can & CDC_GENERIC_PACKET && !(can & CDC_SELECT_DISC));
    NEED(ioctl(fd, CDROM_GET_MCN, &number) == 0 && strcmp((char *)number.medium_catalog_number, "4006381333931") == 0);
    NEED(ioctl(fd, CDROMSUBCHNL, &where) == 0 && where.cdsc_audiostatus == CDROM_AUDIO_PLAY);
    NEED(where.cdsc_trk == 2 && where.cdsc_ind == 1 && where.cdsc_ctrl == CDROM_DATA_TRACK && where.cdsc_adr == 1);
    NEED(where.cdsc_absaddr.lba == 12016 && where.cdsc_reladdr.lba == 16);
    where.cdsc_format = CDROM_MSF;
    NEED(ioctl(fd, CDROMSUBCHNL, &where) == 0 && where.cdsc_absaddr.msf.second == 42 && where.cdsc_absaddr.msf.frame == 16);

    audio.addr.lba = 1000, audio.addr_format = CDROM_LBA, audio.nframes = 40, audio.buf = (void *)sound;
    NEED(ioctl(fd, CDROMREADAUDIO, &audio) == 0);
    NEED(sound[0] == 1000 && sound[588] == 1001 && sound[40 * 588 - 1] == 1039);
    audio.addr_format = CDROM_MSF, audio.addr.msf.minute = 0, audio.addr.msf.second = 2, audio.addr.msf.frame = 7;
    audio.nframes = 1;
    NEED(ioctl(fd, CDROMREADAUDIO, &audio) == 0 && sound[0] == 7 && sound[588] == 1001);
    audio.nframes = 76;
    NEED(REFUSED(ioctl(fd, CDROMREADAUDIO, &audio), EINVAL));
    raw.words[587] = -1;
    raw.msf.cdmsf_min0 = 2, raw.msf.cdmsf_sec0 = 42, raw.msf.cdmsf_frame0 = 1;
    NEED(ioctl(fd, CDROMREADMODE1, &raw) == 0 && raw.words[0] == 12001 && raw.words[511] == 12001 && raw.words[587] == -1);
    raw.msf.cdmsf_min0 = 2, raw.msf.cdmsf_sec0 = 42, raw.msf.cdmsf_frame0 = 2;
    NEED(ioctl(fd, CDROMREADMODE2, &raw) == 0 && raw.words[583] == 12002 && raw.words[587] == -1);
    raw.msf.cdmsf_min0 = 2, raw.msf.cdmsf_sec0 = 42, raw.msf.cdmsf_frame0 = 3;
    NEED(ioctl(fd, CDROMREADRAW, &raw) == 0 && raw.words[587] == 12003);
    raw.msf.cdmsf_min0 = 0, raw.msf.cdmsf_sec0 = 0;
    NEED(REFUSED(ioctl(fd, CDROMREADRAW, &raw), EINVAL));

    NEED(ioctl(fd, CDROM_LAST_WRITTEN, &place) == 0 && place == 16370);
    NEED(ioctl(fd, CDROM_NEXT_WRITABLE, &place) == 0 && place == 16384);
    NEED(ioctl(fd, CDROM_LOCKDOOR, 1) == 0 && ioctl(fd, CDROM_LOCKDOOR, 0) == 0 && ioctl(fd, CDROM_SELECT_SPEED, 8) == 0);
    int second = open(path, O_RDONLY | O_NONBLOCK);
    NEED(REFUSED(ioctl(fd, CDROMEJECT, 0), EBUSY) && close(second) == 0);
    NEED(ioctl(fd, CDROMEJECT, 0) == 0 && ioctl(fd, CDROMCLOSETRAY, 0) == 0 && ioctl(fd, CDROMRESET, 0) == 0);
    NEED(ioctl(fd, CDROMSTART, 0) == 0 && ioctl(fd, CDROMSTOP, 0) == 0 && ioctl(fd, CDROM_SET_OPTIONS, CDO_LOCK) & CDO_LOCK);
    NEED(!(ioctl(fd, CDROM_CLEAR_OPTIONS, CDO_LOCK) & CDO_LOCK) && REFUSED(ioctl(fd, CDROM_SELECT_DISC, 1), ENOSYS));
    NEED(REFUSED(ioctl(fd, CDROMPLAYTRKIND, data), ENOSYS) && REFUSED(ioctl(fd, CDROMVOLREAD, data), ENOSYS));
    NEED(REFUSED(ioctl(fd, 0x030D, &raw), ENOTTY));
    int generic = open("/dev/sg0", O_RDWR | O_NONBLOCK);
    struct { int host, channel, target, unit, type; short each, depth; int unused[2]; } id;
    struct { int four, host; } idlun;
    NEED(generic >= 0 && ioctl(generic, SG_GET_SCSI_ID, &id) == 0 && ioctl(generic, 0x5382, &idlun) == 0);
    NEED(id.type == 5 && idlun.four == (id.target | id.unit << 8 | id.channel << 16 | id.host << 24));
    NEED(REFUSED(ioctl(fd, SG_GET_SCSI_ID, &id), ENOTTY) && REFUSED(ioctl(generic, CDROMREADTOCHDR, &header), ENOTTY));
    printf("all so\n");
}

static void speed(int fd, int count) {
    struct timespec from, to;
    struct sg_io_hdr h;
    unsigned char cdb[10] = {0x2A, 0, 0, 0, 0, 0, 0, 0, 32, 0};
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (int i = 0; i < count; i++) NEED(send(fd, cdb, 10, SG_DXFER_TO_DEV, 65536, &h) == 0 && h.status == 0);
    clock_gettime(CLOCK_MONOTONIC, &to);
    printf("%.2f\n", ((to.tv_sec - from.tv_sec) * 1e9 + (to.tv_nsec - from.tv_nsec)) / count / 1000);
}

/* The parent ends at once; the orphan goes on. */
static void orphan(const char *path) {
    if (fork() == 0) {
        struct sg_io_hdr h;
        usleep(200000);
        int fd = open(path, O_RDWR | O_NONBLOCK);
        _exit(fd >= 0 && send(fd, write10, 10, SG_DXFER_TO_DEV, 2048, &h) == 0 ? 0 : 1);
    }
}

int main(int argc, char **argv) {
    const char *what = argv[1], *path = argv[2];
    if (argc < 3) return 2;
    if (!strcmp(what, "orphan")) { orphan(path); return 3; }
    int fd = open(path, O_RDWR | O_NONBLOCK);
    if (fd < 0) { perror(path); return 1; }
    if (!strcmp(what, "restart")) timer(fd, 1);
    if (!strcmp(what, "timer")) timer(fd, 0);
    if (!strcmp(what, "checks")) checks(fd, path);
    if (!strcmp(what, "writes")) writes(fd, path);
    if (!strcmp(what, "links")) links(fd, path);
    if (!strcmp(what, "cdrom")) cdrom(fd, path);
    if (!strcmp(what, "speed")) speed(fd, atoi(argv[3]));
    return 0;
}
